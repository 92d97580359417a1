"""GenAI client metrics of a call, in either dialect (:class:`verspan.settings.MetricDialect`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from opentelemetry.metrics import Counter, Histogram, Meter, MeterProvider, get_meter_provider

from verspan import semconv
from verspan.context import ActiveVersion
from verspan.instrumentation.attributes import usage_attributes
from verspan.instrumentation.calls import Call, Reply, Usage
from verspan.instrumentation.policy import current_policy
from verspan.settings import MetricDialect
from verspan.telemetry.costs import CostMetric, cost_metric
from verspan.telemetry.version_labels import PROCESS_VERSIONS

_INFERENCE = frozenset({"chat", "generate_content", "text_completion"})
_SHARED_RESPONSE = (semconv.OPENAI_RESPONSE_SERVICE_TIER, semconv.OPENAI_RESPONSE_SYSTEM_FINGERPRINT)


@dataclass(frozen=True)
class CallEnd:
    """What is measured of a call that is over."""

    call: Call
    reply: Reply
    duration_s: float
    time_to_first_chunk_s: float | None
    error_type: str | None
    version: ActiveVersion | None = None
    """The version that the call's span carries."""

    def common_attributes(self) -> dict[str, Any]:
        """The attributes that every metric of the call carries, but for the version's."""
        call, reply = self.call, self.reply
        known = (
            (semconv.GEN_AI_OPERATION_NAME, call.operation_name),
            (semconv.GEN_AI_PROVIDER_NAME, call.provider_name),
            (semconv.GEN_AI_REQUEST_MODEL, call.request_model),
            (semconv.GEN_AI_RESPONSE_MODEL, reply.response_model),
            (semconv.SERVER_ADDRESS, call.server_address),
            (semconv.SERVER_PORT, call.server_port),
            *((name, reply.extra.get(name)) for name in _SHARED_RESPONSE if call.has_openai_flavour),
        )
        return {name: value for name, value in known if value is not None}


class CallMetrics:
    """The instruments of one instrumentor, made when first used."""

    def __init__(self, meter: Meter, provider: MeterProvider | None = None) -> None:
        self._meter = meter
        self._provider = provider
        self._wanted = False
        self._ask_again_at = 0.0
        self._shipped: _ShippedMetrics | None = None
        self._development: _DevelopmentMetrics | None = None
        self._costs: CostMetric | None = None

    def wanted(self, now: float) -> bool:
        """Whether anybody measures, asked again once a second: a provider may be set late, and every call asks this.

        What OpenTelemetry's API itself provides where no SDK is set up records nothing.

        Args:
            now: the time, in seconds of any clock that goes on.
        """
        if now >= self._ask_again_at:
            self._ask_again_at = now + 1.0
            provider = self._provider or get_meter_provider()
            self._wanted = not type(provider).__module__.startswith("opentelemetry.metrics")
        return self._wanted

    def record(self, end: CallEnd) -> None:
        """Record a call that is over, failed ones included."""
        attributes = {**end.common_attributes(), **PROCESS_VERSIONS.of(end.version)}
        self._dialect().record(end, attributes)
        if end.reply.usage is not None:
            self._costs = self._costs or cost_metric(self._meter, self._provider)
            told = end.reply.extra.get(semconv.VERSPAN_COST_REPORTED_USD)
            reported = {} if told is None else {semconv.VERSPAN_COST_REPORTED_USD: told}
            self._costs.add(attributes, {**usage_attributes(end.reply.usage), **reported})

    def record_chunk_gap(self, call: Call, seconds: float, version: ActiveVersion | None = None) -> None:
        """Record the time between two chunks of a stream.

        Args:
            call: the call that streams.
            seconds: the time.
            version: the one that the call's span carries.
        """
        attributes = {
            semconv.GEN_AI_OPERATION_NAME: call.operation_name,
            semconv.GEN_AI_PROVIDER_NAME: call.provider_name,
            **PROCESS_VERSIONS.of(version),
        }
        if call.request_model is not None:
            attributes[semconv.GEN_AI_REQUEST_MODEL] = call.request_model
        self._dialect().time_per_chunk.record(seconds, attributes)

    def _dialect(self) -> _ShippedMetrics | _DevelopmentMetrics:
        if current_policy().metric_dialect is MetricDialect.DEVELOPMENT:
            self._development = self._development or _DevelopmentMetrics(self._meter)
            return self._development
        self._shipped = self._shipped or _ShippedMetrics(self._meter)
        return self._shipped


class _ShippedMetrics:
    """The names of convention 1.41, which dashboards know today."""

    def __init__(self, meter: Meter) -> None:
        self.duration = _seconds(meter, semconv.METRIC_OPERATION_DURATION, "Duration of a GenAI client call")
        self.first_chunk = _seconds(
            meter, semconv.METRIC_OPERATION_TIME_TO_FIRST_CHUNK, "Time to the first chunk of a stream"
        )
        self.time_per_chunk = _seconds(
            meter, semconv.METRIC_OPERATION_TIME_PER_OUTPUT_CHUNK, "Time between two chunks of a stream"
        )
        self.tokens = _tokens(meter, semconv.METRIC_TOKEN_USAGE, "Tokens of a call, by type")

    def record(self, end: CallEnd, attributes: dict[str, Any]) -> None:
        self.duration.record(end.duration_s, _with_error(attributes, end.error_type))
        if end.time_to_first_chunk_s is not None:
            self.first_chunk.record(end.time_to_first_chunk_s, attributes)
        usage = end.reply.usage or Usage()
        for kind, count in (("input", usage.input_tokens), ("output", usage.output_tokens)):
            if count is not None:
                self.tokens.record(count, {**attributes, semconv.GEN_AI_TOKEN_TYPE: kind})


class _DevelopmentMetrics:
    """The names of the conventions' newest text, which has inference apart from every other call."""

    def __init__(self, meter: Meter) -> None:
        self.duration = _seconds(meter, semconv.METRIC_INFERENCE_DURATION, "Duration of an inference call")
        self.other_duration = _seconds(
            meter, semconv.METRIC_OPERATION_DURATION, "Duration of a GenAI client call that is no inference"
        )
        self.first_chunk = _seconds(
            meter, semconv.METRIC_INFERENCE_TIME_TO_FIRST_CHUNK, "Time to the first chunk of a stream"
        )
        self.time_per_chunk = _seconds(
            meter, semconv.METRIC_INFERENCE_TIME_PER_OUTPUT_CHUNK, "Time between two chunks of a stream"
        )
        self.input_per_call = _tokens(meter, semconv.METRIC_INFERENCE_OPERATION_INPUT_TOKENS, "Input tokens of a call")
        self.output_per_call = _tokens(
            meter, semconv.METRIC_INFERENCE_OPERATION_OUTPUT_TOKENS, "Output tokens of a call"
        )
        self.counters: dict[str, Counter] = {
            field: meter.create_counter(name, "{token}", description)
            for field, name, description in (
                ("input_tokens", semconv.METRIC_INFERENCE_INPUT_TOKENS, "Input tokens billed"),
                ("output_tokens", semconv.METRIC_INFERENCE_OUTPUT_TOKENS, "Output tokens billed"),
                ("cache_read_input_tokens", semconv.METRIC_INFERENCE_CACHE_READ_INPUT_TOKENS, "Read from a cache"),
                ("cache_write_input_tokens", semconv.METRIC_INFERENCE_CACHE_WRITE_INPUT_TOKENS, "Written to a cache"),
                ("reasoning_output_tokens", semconv.METRIC_INFERENCE_REASONING_OUTPUT_TOKENS, "Spent on reasoning"),
            )
        }

    def record(self, end: CallEnd, attributes: dict[str, Any]) -> None:
        if end.call.operation_name not in _INFERENCE:
            self.other_duration.record(end.duration_s, _with_error(attributes, end.error_type))
            return
        self.duration.record(end.duration_s, _with_error(attributes, end.error_type))
        if end.time_to_first_chunk_s is not None:
            self.first_chunk.record(end.time_to_first_chunk_s, attributes)
        self._record_usage(end, attributes)

    def _record_usage(self, end: CallEnd, attributes: dict[str, Any]) -> None:
        usage = end.reply.usage
        if usage is None and end.error_type is None:
            return  # the provider did not say, and nothing is known to be zero
        usage = usage or Usage(input_tokens=0, output_tokens=0)
        self.input_per_call.record(usage.input_tokens or 0, attributes)
        self.output_per_call.record(usage.output_tokens or 0, attributes)
        split = {**attributes, semconv.GEN_AI_TOKEN_MODALITY: "unknown"}
        for field, counter in self.counters.items():
            count = getattr(usage, field)
            if count:
                counter.add(count, split)


def _with_error(attributes: dict[str, Any], error_type: str | None) -> dict[str, Any]:
    return attributes if error_type is None else {**attributes, semconv.ERROR_TYPE: error_type}


def _seconds(meter: Meter, name: str, description: str) -> Histogram:
    return meter.create_histogram(
        name, "s", description, explicit_bucket_boundaries_advisory=list(semconv.DURATION_BUCKETS)
    )


def _tokens(meter: Meter, name: str, description: str) -> Histogram:
    return meter.create_histogram(
        name, "{token}", description, explicit_bucket_boundaries_advisory=list(semconv.TOKEN_BUCKETS)
    )
