"""What is measured: the bare client, Verspan, a floor, and every peer that is installed.

Each is a function that sets itself up and returns what to call for each case. Peers send to a batch processor whose
exporter does nothing, with content captured; Verspan writes to its real store.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from cases import HISTORY, SMALL, Cases
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Tracer

Calls = dict[str, tuple[Callable[[], Any], int]]
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


def bare() -> Calls:
    """The client alone."""
    return Cases().calls


def verspan() -> Calls:
    """As users have it: the default local exporter, content captured, a version active."""
    os.environ["VERSPAN_STORE"] = os.path.join(tempfile.mkdtemp(prefix="verspan-bench-"), "bench.db")  # noqa: PTH118
    import verspan

    verspan.set_active_model(name="bench")
    verspan.openai.autolog()
    return Cases().calls


def floor() -> Calls:
    """The bare client and, around it, a span of 20 attributes with the messages as one JSON string."""
    tracer = _provider().get_tracer("floor")
    return {name: (_with_floor(tracer, name, call), calls) for name, (call, calls) in Cases().calls.items()}


def _with_floor(tracer: Tracer, name: str, call: Callable[[], Any]) -> Callable[[], Any]:
    request = HISTORY if "history" in name else SMALL
    spans = 50 if "concurrent" in name else 1
    attributes: dict[str, Any] = {f"gen_ai.attribute.{number}": number for number in range(18)}

    def measured() -> Any:
        result = call()
        for _ in range(spans):
            span = tracer.start_span("chat gpt-4o-mini", kind=SpanKind.CLIENT, attributes=attributes)
            span.set_attribute("gen_ai.input.messages", orjson.dumps(request["messages"]).decode())
            if isinstance(result, list) and "stream" in name:
                answer = "".join([chunk.choices[0].delta.content or "" for chunk in result])
                span.set_attribute("gen_ai.output.messages", answer)
            span.end()
        return result

    return measured


def otel_openai_v2() -> Calls:
    """OpenTelemetry contrib's openai-v2."""
    os.environ[CONTENT] = "SPAN_ONLY"
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=_provider())
    return Cases().calls


def otel_genai_openai() -> Calls:
    """OpenTelemetry's genai-openai."""
    os.environ[CONTENT] = "SPAN_ONLY"
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=_provider())
    return Cases().calls


def openinference() -> Calls:
    """Arize's OpenInference."""
    from openinference.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=_provider())
    return Cases().calls


OURS = "verspan"
BARE = "bare"
FLOOR = "floor"
PEERS: dict[str, Callable[[], Calls]] = {
    "otel openai-v2": otel_openai_v2,
    "otel genai-openai": otel_genai_openai,
    "openinference": openinference,
}
SUBJECTS: dict[str, Callable[[], Calls]] = {BARE: bare, FLOOR: floor, OURS: verspan, **PEERS}
