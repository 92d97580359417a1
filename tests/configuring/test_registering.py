"""Whoever receives a process's telemetry and nothing else knows its versions: real programs, real OTLP."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from tests.processes import run

from verspan.store.interface import ModelQuery
from verspan.store.opening import open_store
from verspan.traces.model import SpanRecord, TraceQuery
from verspan.versions.model import LoggedModel

from .collector import Collector
from .conftest import Say

SEND = """
import base64
import verspan
from collector import Collector
collector = Collector()
from tea_shop import make, own_provider, trace

{set_up}
verspan.set_experiment("shop")
verspan.set_active_model(name="shop-v1")
make("one")
with verspan.active_model("shop-v2"):
    make("two")
make("three")
verspan.flush(30)
for request in collector.requests:
    print(base64.b64encode(request.SerializeToString()).decode())
"""
JOINED = """
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import BatchSpanProcessor
verspan.autolog()
provider = own_provider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
"""


@pytest.fixture(autouse=True)
def repository(tmp_path: Path) -> str:
    """The folder of the programs is a repository; gives its commit."""
    for command in (
        "init -q -b main",
        "remote add origin https://ann:SECRET@example.com/shop.git",
        "-c user.name=S -c user.email=s@example.com commit -q --allow-empty -m Begin",
    ):
        run("git", *command.split(), folder=tmp_path)
    return run("git", "rev-parse", "HEAD", folder=tmp_path).output.strip()


def received(lines: Sequence[str]) -> Iterator[tuple[SpanRecord, Mapping[str, Any]]]:
    """The spans in the requests that a program printed, each with its resource."""
    for line in lines:
        request = ExportTraceServiceRequest.FromString(base64.b64decode(line))
        for resource in request.resource_spans:
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                yield (
                    SpanRecord(
                        span.trace_id.hex(),
                        span.span_id.hex(),
                        span.parent_span_id.hex() or None,
                        span.name,
                        "INTERNAL",
                        span.start_time_unix_nano,
                        span.end_time_unix_nano,
                        attributes=plain(span.attributes),
                    ),
                    plain(resource.resource.attributes),
                )


def plain(attributes: Sequence[KeyValue]) -> dict[str, Any]:
    """Attributes as they were set."""
    return {pair.key: getattr(pair.value, str(pair.value.WhichOneof("value"))) for pair in attributes}


def versions_at(url: str) -> dict[str, LoggedModel]:
    """The versions in a store, by name."""
    with closing(open_store(url)) as store:
        return {model.name: model for model in store.find_models(ModelQuery())}


@pytest.mark.parametrize("set_up", ["verspan.autolog()", JOINED], ids=["our provider", "the application's"])
def test_store_that_sees_spans_alone(say: Say, tmp_path: Path, repository: str, set_up: str) -> None:
    """A store that is given the exported spans has the records of the process's own, captures apart, and no traces."""
    own = f"sqlite:///{tmp_path / 'own.db'}"
    lines = say(
        SEND.format(set_up=set_up), VERSPAN_STORE=own, VERSPAN_EXPORTERS="" if set_up == JOINED else "otlp,local"
    )
    spans = [span for span, _ in received(lines)]
    assert sorted(span.name for span in spans) == ["logged_model.registered"] * 2 + ["one", "three", "two"]
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    with closing(open_store(elsewhere)) as store:
        store.write_spans(spans)
        assert sorted(trace.name for trace in store.find_traces(TraceQuery()).traces) == ["one", "three", "two"]
    rebuilt = versions_at(elsewhere)
    assert set(rebuilt) == {"shop-v1", "shop-v2"}
    git = rebuilt["shop-v1"].git
    assert git is not None
    assert (git.commit, git.branch, git.remote_url) == (repository, "main", "https://example.com/shop.git")
    if set_up != JOINED:
        assert rebuilt == {name: replace(model, capture_id=None) for name, model in versions_at(own).items()}


def test_resource(say: Say, repository: str) -> None:
    """The resource of our provider says service, version and commit."""
    lines = say(SEND.format(set_up="verspan.autolog()"), VERSPAN_EXPORTERS="otlp")
    ours = {key: value for _, resource in received(lines) for key, value in resource.items() if "telemetry" not in key}
    ours.pop("service.instance.id", None)
    assert ours == {
        "service.name": "shop",
        "service.version": "shop-v1",
        "vcs.ref.head.revision": repository,
        "vcs.ref.head.name": "main",
        "vcs.repository.url.full": "https://example.com/shop.git",
    }


def test_resource_that_the_user_gives(say: Say) -> None:
    """What OpenTelemetry's variable says of the resource is not replaced."""
    given = "service.version=2.0,vcs.ref.head.name=release,deployment.environment.name=production"
    lines = say(SEND.format(set_up="verspan.autolog()"), VERSPAN_EXPORTERS="otlp", OTEL_RESOURCE_ATTRIBUTES=given)
    _, resource = next(iter(received(lines)))
    assert {
        f"{name}={resource[name]}" for name in ("service.version", "vcs.ref.head.name", "deployment.environment.name")
    } == set(given.split(","))


@pytest.mark.parametrize(
    ("variables", "version"),
    [({}, None), ({"VERSPAN_ACTIVE_MODEL": "shop-env"}, "shop-env")],
    ids=["automatic", "environment"],
)
def test_version_that_code_does_not_name(
    say: Say, tmp_path: Path, repository: str, variables: dict[str, str], version: str | None
) -> None:
    """A version after the folder and commit, or by the environment, is in the resource and is registered."""
    program = SEND.format(set_up="verspan.autolog()").replace('verspan.set_active_model(name="shop-v1")', "")
    found = list(received(say(program, VERSPAN_EXPORTERS="otlp", **variables)))
    expected = version or f"{tmp_path.name}-{repository[:7]}"
    assert {resource["service.version"] for _, resource in found} == {expected}
    registered = {span.attributes["logged_model.name"] for span, _ in found if span.name == "logged_model.registered"}
    assert registered == {expected, "shop-v2"}


@pytest.mark.parametrize("variables", [{"OTEL_SDK_DISABLED": "true"}, {"VERSPAN_EXPORTERS": "none"}])
def test_nothing_is_sent(say: Say, variables: dict[str, str]) -> None:
    """Where nothing is exported no version is sent either."""
    assert say(SEND.format(set_up="verspan.autolog()"), **{"VERSPAN_EXPORTERS": "otlp", **variables}) == []


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector that outlives the programs."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")  # the collector sets it, and it is put back
    collector = Collector()
    yield collector
    collector.close()


@pytest.mark.parametrize("first", ["verspan.autolog()", "verspan.set_active_model(name='v1')"])
def test_end_of_the_process(say: Say, collector: Collector, first: str) -> None:
    """A process that ends right after its first span has sent its version, whatever it did first."""
    program = f"""
import verspan
from tea_shop import make

{first}
verspan.set_active_model(name="v1")
verspan.autolog()
make("one")
"""
    endpoint = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]
    assert say(program, VERSPAN_EXPORTERS="otlp", OTEL_EXPORTER_OTLP_ENDPOINT=endpoint) == []
    sent = [base64.b64encode(request.SerializeToString()).decode() for request in collector.requests]
    assert sorted(span.name for span, _ in received(sent)) == ["logged_model.registered", "one"]
