"""From the end of a span to the collector, through everything that a collector may do meanwhile."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import grpc  # type: ignore[import-untyped]  # no stubs are published with it
import pytest
from exporters.otlp.tests.receivers import FAILURES, Receiver, Reply, receiving_grpc, receiving_http
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import StatusCode

from verspan.settings import Settings
from verspan.spool.counters import Counters, DropReason, read_counters
from verspan_otlp import build
from verspan_otlp.environment import OtlpProtocol

MakeProvider = Callable[..., TracerProvider]
Code = grpc.StatusCode
NAMES = ["a", "b", "c", "d"]


PARTIAL = ExportTraceServiceResponse(
    partial_success=ExportTracePartialSuccess(rejected_spans=1, error_message="too old")
).SerializeToString()
PROGRAM = """
import sys
import verspan

verspan.configure(exporters=["otlp"])
for name in sys.argv[1:]:
    with verspan.start_span(name):
        pass
print(verspan.flush(5))
"""
CONTENT_PROGRAM = """
import verspan

@verspan.trace
def answer(question):
    return "the secret"

answer("the question")
verspan.flush(5)
print(verspan.get_trace(verspan.get_last_active_trace_id()).summary.response_preview)
"""


@dataclass
class Spans:
    """What the application does."""

    provider: TracerProvider
    settings: Settings

    def end(self) -> None:
        """End one span of each name."""
        tracer = self.provider.get_tracer("support")
        for name in NAMES:
            tracer.start_span(name).end()

    def flush(self) -> bool:
        """Flush; whether the collector has everything."""
        return self.provider.force_flush(5000)

    def counters(self) -> Counters:
        """What was lost, once the provider is shut down."""
        self.provider.shutdown()
        (folder,) = (Path(self.settings.store_url.removeprefix("sqlite:///")).parent / ".verspan/spool").iterdir()
        return read_counters(folder)


@pytest.fixture
def spans(
    receiver: Receiver,
    protocol: OtlpProtocol,
    settings: Settings,
    make_provider: MakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> Spans:
    """An application's provider that sends to the receiver."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol.value)
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
    provider = make_provider()
    for processor in build(settings).span_processors:
        provider.add_span_processor(processor)
    return Spans(provider, settings)


@pytest.fixture
def sampled_spans(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Spans:
    """The same, with a tail sampler that keeps traces with errors and no other."""
    monkeypatch.setenv("VERSPAN_TAIL_SAMPLING", "errors")
    found: Spans = request.getfixturevalue("spans")
    return found


@pytest.mark.parametrize("reply", FAILURES.values(), ids=FAILURES)
def test_later(reply: Reply, spans: Spans, receiver: Receiver) -> None:
    """As long as the collector does not take spans, flushing says so; afterwards every span is there once."""
    receiver.usual = reply
    spans.end()
    meanwhile = spans.flush()
    receiver.usual = Reply()

    assert (meanwhile, spans.flush(), sorted(receiver.names())) == (False, True, NAMES)
    assert spans.counters() == Counters()


def test_never_answers(spans: Spans, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A collector that takes the request and never answers is asked again, and then every span is there once."""
    receiver.replies.append(Reply(silent=True))
    spans.end()
    meanwhile = spans.provider.force_flush(100)

    assert (meanwhile, spans.flush(), sorted(receiver.names())) == (False, True, NAMES)


@pytest.mark.parametrize("protocol", [OtlpProtocol.HTTP])
def test_reset(spans: Spans, receiver: Receiver) -> None:
    """A connection that is reset while spans are being sent costs none of them."""
    receiver.replies.append(Reply(resets=True))
    spans.end()
    meanwhile = spans.flush()

    assert (meanwhile, spans.flush(), sorted(receiver.names())) == (False, True, NAMES)


def test_refused_span(spans: Spans, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    """The one span that the collector will never take is counted, and its words logged; the others are there once."""
    refusal = Reply(status=400, code=Code.INVALID_ARGUMENT, text="no good")
    receiver.refuses = lambda names: refusal if "c" in names else None
    spans.end()

    assert (spans.flush(), sorted(receiver.names())) == (True, ["a", "b", "d"])
    assert spans.counters() == Counters(dropped={DropReason.REFUSED: 1})
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert line.startswith("1 spans for http://127.0.0.1:")
    assert "no good" in line


def test_partial_success(spans: Spans, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    """What a collector says it left out is counted and said in its words, and nothing is sent again."""
    receiver.usual = Reply(headers={"Content-Type": "application/x-protobuf"}, body=PARTIAL)
    spans.end()

    assert (spans.flush(), len(receiver.tried())) == (True, 1)
    assert spans.counters() == Counters(dropped={DropReason.REFUSED: 1})
    assert "(too old)" in caplog.text


def _environment(folder: Path, endpoint: str, protocol: OtlpProtocol, **more: str) -> dict[str, str]:
    return {
        "VERSPAN_STORE": str(folder / "verspan.db"),
        "VERSPAN_ACTIVE_MODEL": "v1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol.value,
        "OTEL_METRICS_EXPORTER": "none",
        "HOME": str(folder),
        **more,
    }


def _run(program: str, environment: dict[str, str], *arguments: str) -> tuple[str, str]:
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, env=environment, cwd=environment["HOME"], check=True, capture_output=True, text=True)
    return done.stdout.strip(), done.stderr


def test_down_for_a_whole_process(protocol: OtlpProtocol, tmp_path: Path) -> None:
    """Spans of a process whose collector was down all its life are delivered by the next process, once."""
    receiving = receiving_grpc if protocol is OtlpProtocol.GRPC else receiving_http
    with receiving() as receiver:
        endpoint = receiver.endpoint  # nothing listens there any more once it ends
    environment = _environment(tmp_path, endpoint, protocol)

    first, said = _run(PROGRAM, environment, "a", "b")
    with receiving(int(endpoint.rpartition(":")[2])) as receiver:
        second, _ = _run(PROGRAM, environment, "c")
        names = [name for name in receiver.names() if len(name) == 1]

    assert (first, second, sorted(names)) == ("False", "True", ["a", "b", "c"])
    assert "The next process that sends there delivers them" in said


def test_end_of_a_process_whose_collector_hangs(tmp_path: Path) -> None:
    """The end of a process lets go of a collector that hangs, and does not ask it twice."""
    with receiving_http() as receiver:
        receiver.usual = Reply(silent=True)
        environment = _environment(tmp_path, receiver.endpoint, OtlpProtocol.HTTP)
        _, said = _run(PROGRAM.replace("print(verspan.flush(5))", ""), environment, "a")

    assert len(receiver.requests) == 1
    assert "2 spans wait in" in said


def test_content_of_the_local_store(refused: str, tmp_path: Path) -> None:
    """Content that only the local store may have is not even written for a collector."""
    environment = _environment(tmp_path, refused, OtlpProtocol.HTTP, VERSPAN_EXPORTERS="local,otlp")

    output, _ = _run(CONTENT_PROGRAM, environment)

    waiting = [path.read_bytes() for path in tmp_path.glob(".verspan/spool/otlp-*/*.segment*")]
    assert output == "the secret"
    assert waiting
    assert not any(b"the secret" in each or b"the question" in each for each in waiting)


@pytest.mark.parametrize("protocol", [OtlpProtocol.HTTP])
@pytest.mark.parametrize(
    ("status", "names", "sampled_out"), [(StatusCode.OK, [], 2), (StatusCode.ERROR, ["call", "root"], 0)]
)
def test_tail_sampling(
    status: StatusCode, names: list[str], sampled_out: int, sampled_spans: Spans, receiver: Receiver
) -> None:
    """With a tail sampler a trace waits on disk until it is over; what is not kept counts as sampled out."""
    tracer = sampled_spans.provider.get_tracer("support")
    with tracer.start_as_current_span("root", end_on_exit=False) as root:
        tracer.start_span("call").end()
    meanwhile = sampled_spans.flush()
    root.set_status(status)
    root.end()

    assert (meanwhile, sampled_spans.flush(), receiver.names()) == (False, True, names)
    assert sampled_spans.counters() == Counters(sampled_out=sampled_out)
