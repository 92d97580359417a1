"""Where spans and events leave a provider: processors that can be exchanged, which a provider does not let one do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

from opentelemetry.context import Context
from opentelemetry.sdk._logs import LogRecordProcessor
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from verspan.instrumentation.guard import report
from verspan.redaction.active import active_redactor
from verspan.redaction.spans import redact_log_record, redacted_span


class _Processor(Protocol):
    def shutdown(self) -> Any: ...

    def force_flush(self, timeout_millis: int = ...) -> bool: ...


P = TypeVar("P", bound=_Processor)


class _Outlet(Generic[P]):
    """The processors of the moment. What one of them raises reaches neither the others nor the application."""

    def __init__(self) -> None:
        self._processors: tuple[P, ...] = ()

    def replace(self, processors: Sequence[P]) -> None:
        """Exchange the processors; those that go first send what they hold."""
        replaced, self._processors = self._processors, tuple(processors)
        for processor in replaced:
            self._call(processor.shutdown)

    def shutdown(self) -> None:
        """Send what is held and take nothing more."""
        self.replace(())

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what is held, within that time for all; False where a processor did not send all of it."""
        deadline = monotonic() + timeout_millis / 1000
        flushed = [self._call(processor.force_flush, _millis_until(deadline)) for processor in self._processors]
        return all(flushed)

    def _call(self, method: Callable[..., Any], *arguments: object) -> Any:
        try:
            return method(*arguments)
        except Exception as error:  # noqa: BLE001 - a broken exporter must cost neither the application nor the others
            report(error, _handing_to(getattr(method, "__self__", method)))
            return False


class SpanOutlet(_Outlet[SpanProcessor], SpanProcessor):
    """The exporters' span processors."""

    _starting: tuple[SpanProcessor, ...] = ()

    def replace(self, processors: Sequence[SpanProcessor]) -> None:
        """Exchange the processors; those that go first send what they hold."""
        super().replace(processors)
        self._starting = tuple(each for each in processors if type(each).on_start is not SpanProcessor.on_start)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Tell each processor of a span that starts, of those that want to know."""
        for processor in self._starting:
            self._call(processor.on_start, span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Give each processor a span that has ended, redacted, whoever made it."""
        redacted = span if active_redactor() is None else self._call(redacted_span, span)
        if redacted is False:
            return  # what could not be redacted goes nowhere
        for processor in self._processors:
            try:  # not by `_call`: the application's thread waits for this
                processor.on_end(redacted)
            except Exception as error:  # noqa: BLE001, PERF203 - as there; each may fail, and a try costs nothing
                report(error, _handing_to(processor))


class LogOutlet(_Outlet[LogRecordProcessor], LogRecordProcessor):
    """The exporters' processors of events."""

    def on_emit(self, log_record: Any) -> None:
        """Give each processor an event."""
        if self._call(redact_log_record, log_record) is False:
            return  # what could not be redacted goes nowhere
        for processor in self._processors:
            self._call(processor.on_emit, log_record)


def _handing_to(processor: object) -> str:
    return f"handing telemetry to {type(processor).__qualname__}"


def _millis_until(deadline: float) -> int:
    return max(0, int((deadline - monotonic()) * 1000))
