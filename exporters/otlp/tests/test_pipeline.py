"""Whole spans, metrics and events as a real receiver decodes them, under OpenTelemetry's own variables."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import entry_points
from typing import Any

import pytest
from exporters.otlp.tests.receivers import Receiver
from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, StatusCode

from verspan.errors import InvalidArgumentError
from verspan.settings import ContentMode, Settings
from verspan.spool.delivery import Destination, Outcome
from verspan.spool.spans import SpooledSpan
from verspan_otlp import build, deliver_to

MakeProvider = Callable[..., TracerProvider]
START_NS = 1_750_000_000_000_000_000


def _string(value: str) -> dict[str, str]:
    return {"string_value": value}


CALL = {
    "trace_id": "AAAAAAAAAAAAAAAAAAAKvA==",
    "span_id": "AAAAAAAAAAI=",
    "parent_span_id": "AAAAAAAAAAE=",
    "flags": 256,
    "name": "chat gpt-4o-mini",
    "kind": "SPAN_KIND_CLIENT",
    "start_time_unix_nano": str(START_NS + 1),
    "end_time_unix_nano": str(START_NS + 2),
    "attributes": [
        {"key": "gen_ai.request.model", "value": _string("gpt-4o-mini")},
        {"key": "logged_model.id", "value": _string("m-1")},
    ],
    "events": [
        {
            "time_unix_nano": str(START_NS + 2),
            "name": "exception",
            "attributes": [{"key": "exception.type", "value": _string("openai.APIError")}],
        }
    ],
    "status": {"message": "APIError", "code": "STATUS_CODE_ERROR"},
}
ROOT = {
    "trace_id": "AAAAAAAAAAAAAAAAAAAKvA==",
    "span_id": "AAAAAAAAAAE=",
    "flags": 256,
    "name": "answer",
    "kind": "SPAN_KIND_INTERNAL",
    "start_time_unix_nano": str(START_NS),
    "end_time_unix_nano": str(START_NS + 3),
    "status": {},
}


def _send_two_spans(provider: TracerProvider, settings: Settings) -> None:
    for processor in build(settings).span_processors:
        provider.add_span_processor(processor)
    tracer = provider.get_tracer("support", "1.0")
    with tracer.start_as_current_span("answer", start_time=START_NS, end_on_exit=False) as root:
        attributes = {"gen_ai.request.model": "gpt-4o-mini", "logged_model.id": "m-1"}
        call = tracer.start_span("chat gpt-4o-mini", None, SpanKind.CLIENT, attributes, start_time=START_NS + 1)
        call.add_event("exception", {"exception.type": "openai.APIError"}, START_NS + 2)
        call.set_status(StatusCode.ERROR, "APIError")
        call.end(START_NS + 2)
        root.end(START_NS + 3)
    provider.force_flush()


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_whole_spans(
    protocol: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    make_provider: MakeProvider,
) -> None:
    """Over either protocol a receiver gets each span whole, with its resource, its scope and the headers asked for."""
    receiver: Receiver = request.getfixturevalue("grpc_receiver" if protocol == "grpc" else "http_receiver")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-team=support,authorization=Bearer%20abc")

    _send_two_spans(make_provider(), settings)

    (received,) = receiver.requests
    assert received.body == {
        "resource_spans": [
            {
                "resource": {"attributes": [{"key": "service.name", "value": _string("support")}]},
                "scope_spans": [{"scope": {"name": "support", "version": "1.0"}, "spans": [CALL, ROOT]}],
            }
        ]
    }
    assert (received.headers["x-team"], received.headers["authorization"]) == ("support", "Bearer abc")


def test_default_protocol(
    http_receiver: Receiver, monkeypatch: pytest.MonkeyPatch, settings: Settings, make_provider: MakeProvider
) -> None:
    """Where no protocol is set, it is http/protobuf, and the traces' own endpoint is taken as it stands."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{http_receiver.endpoint}/v1/traces")

    _send_two_spans(make_provider(), settings)

    assert http_receiver.spans() == [CALL, ROOT]


def test_compression(
    http_receiver: Receiver, monkeypatch: pytest.MonkeyPatch, settings: Settings, make_provider: MakeProvider
) -> None:
    """Gzip is obeyed."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_receiver.endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")

    _send_two_spans(make_provider(), settings)

    assert http_receiver.requests[0].headers["content-encoding"] == "gzip"
    assert http_receiver.spans() == [CALL, ROOT]


def test_resource_attributes(
    http_receiver: Receiver, monkeypatch: pytest.MonkeyPatch, settings: Settings, make_provider: MakeProvider
) -> None:
    """What OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say reaches the receiver."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_receiver.endpoint)
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=staging")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "support")

    _send_two_spans(make_provider(Resource.create()), settings)

    (resource_spans,) = http_receiver.requests[0].body["resource_spans"]
    found = {item["key"]: item["value"].get("string_value") for item in resource_spans["resource"]["attributes"]}
    assert (found["deployment.environment.name"], found["service.name"]) == ("staging", "support")


@pytest.mark.parametrize("variable", [("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_SAMPLER", "always_off")])
def test_nothing_to_send(
    variable: tuple[str, str],
    http_receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    make_provider: MakeProvider,
) -> None:
    """A disabled SDK and a sampler that takes nothing send nothing."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_receiver.endpoint)
    monkeypatch.setenv(*variable)

    _send_two_spans(make_provider(), settings)

    assert http_receiver.requests == []


def test_metrics(http_receiver: Receiver, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Metrics go to the same collector."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_receiver.endpoint)
    pipeline = build(settings)
    provider = MeterProvider(pipeline.metric_readers, Resource({}), shutdown_on_exit=False)

    provider.get_meter("support").create_counter("answers").add(5)
    provider.shutdown()
    _shut_down(pipeline.span_processors)

    (received,) = http_receiver.requests
    (scope_metrics,) = received.body["resource_metrics"][0]["scope_metrics"]
    (metric,) = scope_metrics["metrics"]
    (point,) = metric["sum"]["data_points"]
    assert (received.path, metric["name"], point["as_int"]) == ("/v1/metrics", "answers", "5")


def test_events(http_receiver: Receiver, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Events go to the same collector where content is captured on them."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_receiver.endpoint)
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
    pipeline = build(replace(settings, content=ContentMode.EVENT_ONLY))
    provider = LoggerProvider(Resource({}), shutdown_on_exit=False)
    for processor in pipeline.log_processors:
        provider.add_log_record_processor(processor)

    provider.get_logger("support").emit(event_name="asked", severity_number=SeverityNumber.DEBUG, timestamp=START_NS)
    provider.shutdown()
    _shut_down(pipeline.span_processors)

    (received,) = http_receiver.requests
    (scope_logs,) = received.body["resource_logs"][0]["scope_logs"]
    (event,) = scope_logs["log_records"]
    assert (received.path, event["event_name"], event["severity_number"]) == (
        "/v1/logs",
        "asked",
        "SEVERITY_NUMBER_DEBUG",
    )


@pytest.mark.parametrize(
    ("variables", "metrics", "events"),
    [
        ({}, 1, 0),
        ({"OTEL_METRICS_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "otlp"}, 0, 1),
        ({"OTEL_METRICS_EXPORTER": "prometheus", "OTEL_LOGS_EXPORTER": "none"}, 0, 0),
        ({"OTEL_METRICS_EXPORTER": "prometheus,otlp", "OTEL_LOGS_EXPORTER": "console"}, 1, 0),
    ],
)
def test_signals(
    variables: dict[str, str], metrics: int, events: int, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """The variables that choose exporters decide whether metrics and events are sent; by default, metrics are."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    pipeline = build(settings)
    _shut_down([*pipeline.span_processors, *pipeline.log_processors])
    if pipeline.metric_readers:
        MeterProvider(pipeline.metric_readers, shutdown_on_exit=False).shutdown()

    assert (len(pipeline.span_processors), len(pipeline.metric_readers), len(pipeline.log_processors)) == (
        1,
        metrics,
        events,
    )


@pytest.mark.parametrize(("protocol", "unused"), [("http/protobuf", "grpc"), ("grpc", "requests")])
def test_imports(protocol: str, unused: str) -> None:
    """Only the protocol that is used is imported."""
    script = (
        "import sys, verspan_otlp; from verspan.settings import resolve_settings; "
        "p = verspan_otlp.build(resolve_settings()); p.span_processors[0].shutdown(); "
        f"assert {unused!r} not in sys.modules"
    )
    environment = {"OTEL_EXPORTER_OTLP_PROTOCOL": protocol, "OTEL_METRICS_EXPORTER": "none"}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def test_left_behind(
    http_receiver: Receiver, monkeypatch: pytest.MonkeyPatch, settings: Settings, make_span: Callable[..., SpooledSpan]
) -> None:
    """What some process left for a collector is delivered by the variables of this one."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_receiver.endpoint)
    delivery = deliver_to(Destination("otlp", f"{http_receiver.endpoint}/v1/traces"), settings)

    outcome = delivery.deliver([make_span("a")], 5.0)
    delivery.close()

    assert (outcome, http_receiver.names()) == (Outcome(delivered=True), ["a"])


def test_left_for_another_collector(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Nothing goes to a collector other than the one it was written for, and the variable to set is named."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://here:4318")

    with pytest.raises(InvalidArgumentError) as raised:
        deliver_to(Destination("otlp", "http://there:4318/v1/traces"), settings)

    assert str(raised.value) == (
        "spans for http://there:4318/v1/traces wait, and this environment sends to http://here:4318/v1/traces: set "
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT to that address, and the protocol and headers that go with it"
    )


def test_usual_port_of_the_other_protocol(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, make_span: Callable[..., SpooledSpan]
) -> None:
    """Where the address has the port of the other protocol, the reason says which variable to set."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.2:4317")
    delivery = deliver_to(Destination("otlp", "http://127.0.0.2:4317/v1/traces"), settings)

    outcome = delivery.deliver([make_span("a")], 5.0)
    delivery.close()

    assert outcome == Outcome(
        delivered=False,
        reason=("[Errno 111] Connection refused; port 4317 is usually for grpc: set OTEL_EXPORTER_OTLP_PROTOCOL=grpc"),
    )


def test_entry_points() -> None:
    """Verspan finds what sends spans, and what sends those that another process left."""
    found = {group: entry_points(group=group, name="otlp") for group in ("verspan_exporter", "verspan_delivery")}

    assert [each.load() for each in found["verspan_exporter"]] == [build]
    assert [each.load() for each in found["verspan_delivery"]] == [deliver_to]


def _shut_down(processors: Any) -> None:
    for processor in processors:
        processor.shutdown()
