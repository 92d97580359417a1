"""What is measured: Verspan, a floor, and every peer that is installed.

Each is a function that sets itself up for a client and returns its switch: on, the client's calls are traced; off, they
are bare. Peers send to a batch processor whose exporter does nothing, with content captured; Verspan writes to its real
store, by way of its spool on disk.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from cases import Case
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Tracer

Switch = Callable[[bool], None]
Cases = dict[str, Case]
CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


class _Nowhere(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:  # noqa: ARG002 - nothing is done with them
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Nothing to shut down."""


def _provider() -> TracerProvider:
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(_Nowhere(), max_queue_size=1 << 16))
    trace.set_tracer_provider(provider)
    return provider


def _switch_of(*instrumentors: Any, **options: Any) -> Switch:
    """The switch of instrumentors with OpenTelemetry's two methods."""

    def switch(on: bool) -> None:  # noqa: FBT001 - a switch
        for instrumentor in instrumentors:
            instrumentor.uninstrument()
            if on:
                instrumentor.instrument(**options)

    return switch


def verspan(_cases: Cases) -> Switch:
    """As users have it: the default local exporter, content captured, a version active."""
    folder = tempfile.mkdtemp(prefix="verspan-bench-")
    os.environ["VERSPAN_STORE"] = os.path.join(folder, "bench.db")  # noqa: PTH118
    os.environ["VERSPAN_SPOOL"] = os.path.join(folder, "spool")  # noqa: PTH118
    import verspan
    from verspan_anthropic import AnthropicInstrumentor
    from verspan_openai import OpenAIInstrumentor

    verspan.set_active_model(name="bench")
    verspan.autolog()
    return _switch_of(OpenAIInstrumentor(), AnthropicInstrumentor())


def floor(cases: Cases) -> Switch:
    """After each bare call a span of 20 attributes with the messages as one JSON string."""
    tracer = _provider().get_tracer("floor")
    bare = dict(cases)
    traced = {name: replace(case, call=_with_floor(tracer, case)) for name, case in bare.items()}

    def switch(on: bool) -> None:  # noqa: FBT001 - a switch
        cases.update(traced if on else bare)

    return switch


def _with_floor(tracer: Tracer, case: Case) -> Callable[[], Any]:
    attributes: dict[str, Any] = {f"gen_ai.attribute.{number}": number for number in range(18)}

    def measured() -> Any:
        result = case.call()
        for _ in range(case.calls):
            span = tracer.start_span("chat gpt-4o-mini", kind=SpanKind.CLIENT, attributes=attributes)
            span.set_attribute("gen_ai.input.messages", orjson.dumps(case.asked).decode())
            if case.said is not None:
                span.set_attribute("gen_ai.output.messages", case.said(result))
            span.end()
        return result

    return measured


def otel_openai_v2(_cases: Cases) -> Switch:
    """OpenTelemetry contrib's openai-v2."""
    os.environ[CONTENT] = "SPAN_ONLY"
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

    return _switch_of(OpenAIInstrumentor(), tracer_provider=_provider())


def otel_genai(_cases: Cases) -> Switch:
    """OpenTelemetry's genai-openai and genai-anthropic."""
    os.environ[CONTENT] = "SPAN_ONLY"
    from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    return _switch_of(OpenAIInstrumentor(), AnthropicInstrumentor(), tracer_provider=_provider())


def openinference(_cases: Cases) -> Switch:
    """Arize's OpenInference."""
    from openinference.instrumentation.anthropic import AnthropicInstrumentor
    from openinference.instrumentation.openai import OpenAIInstrumentor

    return _switch_of(OpenAIInstrumentor(), AnthropicInstrumentor(), tracer_provider=_provider())


def openllmetry(_cases: Cases) -> Switch:
    """Traceloop's OpenLLMetry."""
    from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

    return _switch_of(AnthropicInstrumentor(), tracer_provider=_provider())


def _is_anthropic(case: str) -> bool:
    return case.startswith("anthropic")


@dataclass(frozen=True)
class Subject:
    """What is measured."""

    set_up: Callable[[Cases], Switch]
    traces: Callable[[str], bool] = lambda _: True
    """Whether it traces a case of a name."""


OURS = "verspan"
FLOOR = "floor"
PEERS: dict[str, Subject] = {
    "otel openai-v2": Subject(otel_openai_v2, lambda case: case != "responses" and not _is_anthropic(case)),
    "otel genai": Subject(otel_genai),
    "openinference": Subject(openinference),
    "openllmetry": Subject(openllmetry, _is_anthropic),
}
SUBJECTS: dict[str, Subject] = {FLOOR: Subject(floor), OURS: Subject(verspan), **PEERS}
