"""The record of a version that nothing but the environment names, as it is for a container or under ``verspan run``."""

from __future__ import annotations

import os

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor

from verspan.context import active_version, current_experiment, may_name_version
from verspan.instrumentation.guard import report
from verspan.semconv import ENV_ACTIVE_MODEL, LOGGED_MODEL_ID
from verspan.versions.registry import recorded


class EnvironmentVersionProcessor(SpanProcessor):
    """Has the version of ``VERSPAN_ACTIVE_MODEL`` recorded once a span carries it.

    No earlier: the application may still say which experiment it belongs to, or name another version. Comes after the
    processor that stamps spans, and only where the variable is set.
    """

    def __init__(self) -> None:
        self._recorded = False

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the SDK's signature
        """Look at a span that starts, until one carries the version."""
        if self._recorded or not may_name_version():
            return
        try:
            self._record(span)
        except Exception as error:  # noqa: BLE001 - the application's span starts in any case
            report(error, "recording the version that the environment names")

    def _record(self, span: Span) -> None:
        version = active_version(Context()) if os.environ.get(ENV_ACTIVE_MODEL) else None
        if version is None or (span.attributes or {}).get(LOGGED_MODEL_ID) != version.model_id:
            return
        self._recorded = True
        if version.name is not None:  # of an id alone there is nothing to record
            recorded(current_experiment(), version.name)
