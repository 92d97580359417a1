"""A real Jaeger as the place where traces are read from: no store of ours, and the same views and verdicts."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from tests.e2e.jaeger import Jaeger
from tests.e2e.servers import wait_until

from verspan import semconv
from verspan.cli.main import verspan
from verspan.sources import jaeger as reading
from verspan.sources.model import Window
from verspan.sources.opening import fetched
from verspan.store.conformance.records import model
from verspan.store.opening import open_store
from verspan.versions.identity import model_id_for

TRACES = 60


def version(name: str) -> dict[str, str]:
    return {semconv.LOGGED_MODEL_ID: model_id_for("source", name), semconv.LOGGED_MODEL_NAME: name}


def send(jaeger: Jaeger, name: str, took_ms: Sequence[int]) -> None:
    """Send traces of a version: a root and a call, every tenth failed."""
    resource = Resource.create({"service.name": "source-test", "deployment.environment.name": "production"})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"http://127.0.0.1:{jaeger.http_port}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer, start = provider.get_tracer("verspan", "0.1.0"), time.time_ns() - 3_600_000_000_000
    for number, took in enumerate(took_ms):
        begun = start + number * 1_000_000_000
        root = tracer.start_span(
            "answer", attributes={**version(name), semconv.SESSION_ID: f"s{number}"}, start_time=begun
        )
        call = tracer.start_span(
            "chat gpt-4o-mini",
            set_span_in_context(root),
            SpanKind.CLIENT,
            {
                **version(name),
                semconv.GEN_AI_OPERATION_NAME: "chat",
                semconv.GEN_AI_PROVIDER_NAME: "openai",
                semconv.GEN_AI_REQUEST_MODEL: "gpt-4o-mini",
                semconv.GEN_AI_RESPONSE_FINISH_REASONS: ["stop"],
                semconv.GEN_AI_USAGE_INPUT_TOKENS: 100,
                semconv.GEN_AI_USAGE_OUTPUT_TOKENS: 20 + number,
            },
            start_time=begun + 1_000,
        )
        call.end(begun + took * 1_000_000)
        if number % 10 == 0:
            root.set_status(Status(StatusCode.ERROR, "no order"))
        root.end(begun + took * 1_000_000 + 1_000_000)
    provider.shutdown()


@pytest.fixture(scope="module")
def source(jaeger: Jaeger) -> str:
    """A Jaeger that has the traffic of two versions: the later one is three times as slow."""
    for name, slower in (("source-v1", 1), ("source-v2", 3)):
        send(jaeger, name, [(100 + 7 * number) * slower for number in range(TRACES)])
    for name in ("source-v1", "source-v2"):
        wait_until(lambda name=name: len(jaeger.find(version(name)[semconv.LOGGED_MODEL_ID])) == TRACES, name)  # type: ignore[misc]  # a default is how a loop's variable is kept
    return jaeger.address.replace("http://", "jaeger://")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(verspan, arguments, prog_name="verspan")


def of_json(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VERSPAN_STORE", str(tmp_path / "none.db"))


def test_compare(source: str) -> None:
    """Two versions are compared by nothing but what a Jaeger has, at the prices of today."""
    found = of_json(
        "compare", "source-v1", "source-v2", "--source", source, "--until", "2100-01-01", "--env", "production"
    )
    verdicts = {metric["metric"]: metric["direction"] for metric in found["metrics"]}
    assert (verdicts["latency p50"], verdicts["error rate"], verdicts["cost"]) == (
        "worse",
        "no evidence",
        "no evidence",
    )
    error_rate = found["metrics"][0]["difference"]
    assert (error_rate["baseline"], error_rate["candidate"], error_rate["rows"]) == (0.1, 0.1, [TRACES, TRACES])
    cost = next(metric for metric in found["metrics"] if metric["metric"] == "cost")
    assert cost["difference"]["baseline"] == pytest.approx(100 * 1.5e-7 + (20 + (TRACES - 1) / 2) * 6e-7)


def test_traces_and_trace(source: str) -> None:
    """A list and a tree of what a Jaeger has are those of a store."""
    listed = of_json("traces", "--source", source, "--model", "source-v1", "--all")["traces"]
    assert len(listed) == TRACES
    assert {each["model_name"] for each in listed} == {"source-v1"}
    newest = listed[0]
    assert (newest["span_count"], newest["input_tokens"], newest["output_tokens"]) == (2, 100, 20 + TRACES - 1)
    root, call = of_json("trace", newest["trace_id"], "--source", source)["spans"]
    assert (call["parent_span_id"], call["kind"], call["scope_name"]) == (root["span_id"], "CLIENT", "verspan")
    assert call["attributes"][semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ["stop"]
    assert root["resource"]["deployment.environment.name"] == "production"


def test_live(source: str, tmp_path: Path) -> None:
    """What was live is told by what a Jaeger has alone, and beside the ledger of a store where there is one."""
    (seen,) = of_json("live", "--source", source, "--env", "production")["live"]
    assert {each["model_name"] for each in seen["versions"]} <= {"source-v1", "source-v2"}
    assert [each["deployment"] for each in seen["versions"]] == [None]
    assert seen["contradictions"] == []
    before = run("live", "--source", source, "--env", "production", "--at", "2d")
    assert (before.exit_code, before.stderr) == (1, "nothing is known to have been live then\n")
    place = str(tmp_path / "ledger.db")
    with closing(open_store(f"sqlite:///{place}", create=True)) as store:
        store.upsert_model(model("source-v1", "source"))
    run("deploy", "source-v1", "--env", "production", "--at", "3d", "--store", place)
    (both,) = of_json("live", "--source", source, "--env", "production", "--store", place)["live"]
    assert both["versions"][0]["model_name"] == "source-v1"
    assert both["versions"][0]["last_seen_ns"] is not None
    assert both["versions"][0]["deployment"] is not None


def test_more_than_the_limit(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All traces are read however few the API gives at a time."""
    monkeypatch.setattr(reading, "LIMIT", 7)
    with fetched(source, ["source-v1"], Window()) as found:
        observed = list(found.observed(version("source-v1")[semconv.LOGGED_MODEL_ID], Window()))
    assert len(observed) == TRACES
    assert sum(trace.failed for trace in observed) == TRACES // 10


def test_what_is_not_there(source: str) -> None:
    """A trace, a version and a Jaeger that are not there, and an address of nothing, are said with the way out."""
    assert "has no trace" in run("trace", "f" * 32, "--source", source).stderr
    assert "source-v9" in run("compare", "source-v1", "source-v9", "--source", source).stderr
    assert "does not answer as one" in run("traces", "--source", "jaeger://127.0.0.1:1").stderr
    assert "give one like jaeger://localhost:16686" in run("traces", "--source", "http://127.0.0.1").stderr
