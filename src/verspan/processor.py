"""The one span processor that says, on every span, which version of the application it belongs to."""

from __future__ import annotations

import threading
from collections.abc import Callable

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from verspan.context import ActiveVersion, Surroundings, may_name_version, surroundings
from verspan.instrumentation.guard import report
from verspan.semconv import SPAN_REGISTERED
from verspan.tracing.notes import note_ended_trace, notes_for


class VersionSpanProcessor(SpanProcessor):
    """Stamps ``logged_model.id`` and ``logged_model.name`` on every span in ``on_start``, whoever makes the span.

    Spans below a request whose caller told its version have it in ``logged_model.caller.id`` where this process has one
    of its own, and the caller's session in ``session.id``. Session and user that :func:`verspan.update_current_trace`
    gave the trace go on its later spans too. Add it to a ``TracerProvider`` of your own, or let
    :func:`verspan.configure` do so.
    """

    def __init__(self, naming: Callable[[], object] | None = None) -> None:
        """Make a processor.

        Args:
            naming: makes a version active where none is; called once, when the first such span starts.
        """
        self._naming = naming
        self._named = naming is None
        # Whoever comes while the version is being named waits for it; what the naming itself starts does not.
        self._lock = threading.RLock()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Stamp a span that starts; an error of ours never reaches whoever starts it."""
        try:
            here = surroundings(parent_context)
            version, caller = here.version, here.caller
            if version is None and not self._named and may_name_version():
                version = self._name_version(here)
            if caller is not None:
                span.set_attributes(caller.attributes(version))
            elif version is not None:
                span.set_attributes(version.attributes)
            notes = notes_for(span)
            if notes:
                span.set_attributes(notes)
        except Exception as error:  # noqa: BLE001 - the application's span starts in any case
            report(error, "stamping the version on a span")

    def on_end(self, span: ReadableSpan) -> None:
        """Take note of a trace whose root in this process ends, unless it is our own of a version."""
        try:
            is_root = span.parent is None or span.parent.is_remote
            if is_root and span.context is not None and span.name != SPAN_REGISTERED:
                note_ended_trace(span.context[0])  # its trace id, without a call for its name
        except Exception as error:  # noqa: BLE001 - likewise, its span ends
            report(error, "taking note of a trace's end")

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - the SDK's signature
        """Nothing is held: True, without which older SDKs would not go on to flush the processors after this one."""
        return True

    def _name_version(self, here: Surroundings) -> ActiveVersion | None:
        with self._lock:
            naming, self._naming = self._naming, None
            if naming is not None:
                try:
                    naming()
                finally:
                    self._named = True
        return here.version
