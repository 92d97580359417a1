"""``start_span`` and the current span and trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry.context import attach, get_current
from opentelemetry.trace import format_trace_id

from verspan import semconv
from verspan.instrumentation import abandoned
from verspan.instrumentation.guard import report
from verspan.redaction.active import redacted_attributes
from verspan.tracing.live import UNKNOWN, LiveSpan, current_live_span
from verspan.tracing.notes import add_notes, last_ended_trace


@contextmanager
def start_span(
    name: str = "span", span_type: str = UNKNOWN, attributes: Mapping[str, Any] | None = None
) -> Iterator[LiveSpan]:
    """A span around a block of code; an exception that leaves the block is recorded and goes on.

    Args:
        name: the span's name.
        span_type: what kind of step it is, such as ``"CHAIN"``, ``"TOOL"`` or ``"RETRIEVER"``; free text.
        attributes: attributes to start with, by OpenTelemetry's types.
    """
    outside = get_current()
    live = LiveSpan.start(name, span_type, attributes)
    abandoned.watch()
    # Without a token: it would have to be given back in this very context, and a generator that is left inside the
    # block may be closed in another.
    attach(live.context)
    try:
        yield live
    except GeneratorExit:  # the generator around the block was closed, which is no failure, or dropped
        live.drop()
        raise
    except BaseException as failure:
        live.record_exception(failure)
        raise
    finally:
        if current_live_span() is live:
            attach(outside)
        live.end()


def get_current_active_span() -> LiveSpan | None:
    """The span that is current here, or None; one that an instrumentation made is given too."""
    return current_live_span()


def update_current_trace(
    tags: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    *,
    session_id: str | None = None,
    user_id: str | None = None,
) -> None:
    """Say something about the trace that is under way.

    Tags and metadata are set on the current span, session and user on it and on every span of the trace that starts
    later in this process, so that each of them can be found by ``session.id`` or ``user.id`` in any tool. Without a
    current span nothing happens.

    Args:
        tags: what to find the trace by.
        metadata: what to know about it.
        session_id: the conversation or visit that the trace belongs to.
        user_id: who it was done for; an id rather than a name or an address.
    """
    live = current_live_span()
    if live is None or not live.otel_span.is_recording():
        return
    try:
        who = {semconv.SESSION_ID: session_id, semconv.USER_ID: user_id}
        notes = redacted_attributes({key: str(value) for key, value in who.items() if value is not None})
        if notes:
            add_notes(live.otel_span.get_span_context().trace_id, notes)
        live.set_attributes(
            {
                **notes,
                **{semconv.VERSPAN_TAG_PREFIX + key: str(value) for key, value in (tags or {}).items()},
                **{semconv.VERSPAN_METADATA_PREFIX + key: str(value) for key, value in (metadata or {}).items()},
            }
        )
    except Exception as error:  # noqa: BLE001 - what is said about a trace must not end what it traces
        report(error, "updating the current trace")


def get_last_active_trace_id(*, thread_local: bool = False) -> str | None:
    """The id of the trace that ended last, 32 hexadecimal digits, or None.

    Args:
        thread_local: look at this thread alone rather than at the whole process.
    """
    trace_id = last_ended_trace(thread_local=thread_local)
    return None if trace_id is None else format_trace_id(trace_id)
