"""The tracer provider that Pydantic AI is given: what it says becomes steps by the current conventions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry.context import Context, attach, get_current
from opentelemetry.instrumentation.utils import is_instrumentation_enabled
from opentelemetry.trace import Tracer, TracerProvider

from verspan.instrumentation.telemetry import Telemetry
from verspan_pydantic_ai._spans import StepSpan


class StepTracerProvider(TracerProvider):
    """Gives tracers whose spans are steps."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def get_tracer(self, *_scope: Any, **_options: Any) -> Tracer:
        """A tracer; the scope of its spans is that of the instrumentor."""
        return StepTracer(self._telemetry)


class StepTracer(Tracer):
    """Makes steps of what Pydantic AI takes for spans."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def start_span(  # type: ignore[override]  # links, times and kinds are nothing that the library gives
        self,
        name: str,
        context: Context | None = None,
        attributes: Mapping[str, Any] | None = None,
        **_options: Any,
    ) -> StepSpan:
        """Begin a step."""
        parent = get_current() if context is None else context
        return StepSpan(self._telemetry, name, attributes or {}, parent, told=is_instrumentation_enabled())

    @contextmanager
    def start_as_current_span(  # type: ignore[override]  # likewise
        self,
        name: str,
        context: Context | None = None,
        attributes: Mapping[str, Any] | None = None,
        *,
        record_exception: bool = True,
        end_on_exit: bool = True,
        **options: Any,
    ) -> Iterator[StepSpan]:
        """Begin a step that is current during the block.

        The block may be left in another task than it was entered in, where OpenTelemetry's token would be refused; so
        none is kept: what was current before is made current again where the step still is.
        """
        before = get_current()
        span = self.start_span(name, context, attributes, **options)
        attach(span.context)
        try:
            yield span
        except GeneratorExit:  # nobody reads on, which is no failure
            raise
        except BaseException as failure:
            if record_exception or not isinstance(failure, Exception):  # others the library records itself
                span.record_exception(failure)
            raise
        finally:
            if get_current() is span.context:
                attach(before)
            if end_on_exit:
                span.end()
