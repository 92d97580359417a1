"""Calls that cover the ones below them: a client that makes its calls through other clients has one span for each.

Inside such a call no other call of a model gets a span of ours; requests over HTTP and whatever else somebody
instruments do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry.context import Context

from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.wrapper import COVERED, CallWrapper


class CoveringWrapper(CallWrapper):
    """What wrapt calls in place of a method that may reach its provider through another client, or through itself."""

    def _begin(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> CallRun | None:
        run = super()._begin(instance, args, kwargs)
        if run is not None:
            run.context = Context({**run.context, COVERED: True})
        return run
