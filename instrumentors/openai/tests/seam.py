"""Watching the client's ``request``, where every call passes, with an adapter and without any span."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from openai._base_client import AsyncAPIClient, SyncAPIClient

from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.calls import Call, CallInput


@dataclass(frozen=True)
class Passed:
    """A call that passed the seam, as an adapter described it."""

    call: Call | None
    call_input: CallInput


@contextmanager
def watched(adapter: CallAdapter) -> Iterator[list[Passed]]:
    """The calls that pass while the block runs, in order."""
    passed: list[Passed] = []

    def watching(original: Callable[..., Any]) -> Callable[..., Any]:
        def request(self: Any, *args: Any, **kwargs: Any) -> Any:
            body = json.loads(adapter.snapshot_request(self, args, kwargs, content=True))
            passed.append(Passed(adapter.describe(self, args, kwargs), adapter.read_input(body)))
            return original(self, *args, **kwargs)

        return request

    with (
        patch.object(SyncAPIClient, "request", watching(SyncAPIClient.request)),
        patch.object(AsyncAPIClient, "request", watching(AsyncAPIClient.request)),
    ):
        yield passed
