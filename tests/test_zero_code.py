"""The two ways to start an application without changing it give the same traces."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from tests.processes import Ended, run

from verspan.demo.api_server import DemoApi
from verspan.store.opening import open_store
from verspan.traces.model import SpanRecord, TraceQuery
from verspan.versions.identity import model_id_for

BIN = Path(sys.executable).parent
WAYS = {"verspan": (str(BIN / "verspan"), "run"), "opentelemetry": (str(BIN / "opentelemetry-instrument"),)}
DIFFERS = {"gen_ai.response.id", "gen_ai.response.time_to_first_chunk", "service.instance.id"}
"""Attributes whose values are another on every run."""

APPLICATION = dedent("""
    import threading

    import openai
    from opentelemetry import trace

    messages = [{"role": "user", "content": "Where is my parcel?"}]
    with openai.OpenAI(max_retries=0) as client:
        with trace.get_tracer("shop").start_as_current_span("visit"):
            client.chat.completions.create(model="gpt-4o-mini", messages=messages)
            ask = client.chat.completions.create
            thread = threading.Thread(target=ask, kwargs={"model": "gpt-4o-mini", "messages": messages})
            thread.start()
            thread.join()
        for chunk in client.chat.completions.create(model="gpt-4o-mini", messages=messages, stream=True):
            pass
        try:
            headers = {"x-demo-error": "429"}
            client.chat.completions.create(model="gpt-4o-mini", messages=messages, extra_headers=headers)
        except openai.RateLimitError as error:
            print(type(error).__name__)
""")
OWN_PROVIDER = dedent("""
    from opentelemetry import trace
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    trace.set_tracer_provider(TracerProvider(resource=Resource({"service.name": "tea-shop"})))
""")


@pytest.fixture(scope="module")
def api() -> Iterator[DemoApi]:
    """A local chat API."""
    with DemoApi() as api:
        yield api


def started(way: str, api: DemoApi, folder: Path, program: str, **variables: str) -> Ended:
    """What becomes of a program in a folder, started in one of the ways."""
    (folder / "app.py").write_text(program, encoding="utf-8")
    known = {"OPENAI_BASE_URL": api.base_url, "OPENAI_API_KEY": "demo", "VERSPAN_STORE": str(folder / f"{way}.db")}
    # It is installed for other tests, and would have a span of its own below each call of the model.
    others = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "httpx2"}
    return run(*WAYS[way], sys.executable, "app.py", folder=folder, **{**known, **others, **variables})


def comparable(span: SpanRecord, names: dict[str, str]) -> SpanRecord:
    """A span without ids and times, its parent by name."""
    return replace(
        span,
        trace_id="",
        span_id="",
        parent_span_id=names[span.parent_span_id] if span.parent_span_id else None,
        start_ns=0,
        end_ns=0,
        attributes={name: value for name, value in span.attributes.items() if name not in DIFFERS},
        events=[replace(event, time_ns=0) for event in span.events],
        resource={name: value for name, value in span.resource.items() if name not in DIFFERS},
    )


def stored(file: Path) -> list[list[SpanRecord]]:
    """The traces of a store, oldest first, without what differs from run to run."""
    with closing(open_store(f"sqlite:///{file}", create=False)) as store:
        found = [store.get_trace(summary.trace_id) for summary in reversed(store.find_traces(TraceQuery()).traces)]
    return [_spans([kept.span for kept in trace.spans]) for trace in found if trace is not None]


def _spans(spans: Sequence[SpanRecord]) -> list[SpanRecord]:
    names = {span.span_id: span.name for span in spans}
    return [comparable(span, names) for span in spans]


def test_same_traces(api: DemoApi, tmp_path: Path) -> None:
    """``verspan run`` and ``opentelemetry-instrument`` record the same traces: calls, streams, errors, other spans."""
    for way in WAYS:
        done = started(way, api, tmp_path, APPLICATION)
        assert (done.code, done.output, done.log) == (0, "RateLimitError\n", "")
    traces = stored(tmp_path / "verspan.db")
    assert traces == stored(tmp_path / "opentelemetry.db")
    assert [[(span.name, span.parent_span_id, span.status_code) for span in trace] for trace in traces] == [
        [("visit", None, "UNSET"), ("chat gpt-4o-mini", "visit", "UNSET"), ("chat gpt-4o-mini", "visit", "UNSET")],
        [("chat gpt-4o-mini", None, "UNSET")],
        [("chat gpt-4o-mini", None, "ERROR")],
    ]
    assert all("Where is my parcel?" in str(trace[-1].attributes["gen_ai.input.messages"]) for trace in traces)
    versions = {
        (span.attributes["logged_model.id"], span.attributes["logged_model.name"]) for trace in traces for span in trace
    }
    assert versions == {(model_id_for("Default", tmp_path.name), tmp_path.name)}


@pytest.mark.parametrize("way", WAYS)
def test_named_by_the_environment(api: DemoApi, tmp_path: Path, way: str) -> None:
    """A version that the environment names is the one of every span."""
    done = started(way, api, tmp_path, APPLICATION, VERSPAN_ACTIVE_MODEL="shop-v7", VERSPAN_EXPERIMENT_NAME="shop")
    assert (done.code, done.log) == (0, "")
    traces = stored(tmp_path / f"{way}.db")
    assert {span.attributes["logged_model.id"] for trace in traces for span in trace} == {
        model_id_for("shop", "shop-v7")
    }
    assert {span.resource["service.name"] for trace in traces for span in trace} == {"shop"}


@pytest.mark.parametrize("way", WAYS)
def test_application_with_a_provider(api: DemoApi, tmp_path: Path, way: str) -> None:
    """An application that sets its own provider in its first lines keeps it, and its spans are recorded the same."""
    done = started(way, api, tmp_path, OWN_PROVIDER + APPLICATION)
    assert (done.code, done.log) == (0, "")
    spans = [span for trace in stored(tmp_path / f"{way}.db") for span in trace]
    assert len(spans) == 5
    assert all(span.resource == {"service.name": "tea-shop"} for span in spans)
    assert all("logged_model.id" in span.attributes for span in spans)


@pytest.mark.parametrize("way", WAYS)
def test_process_without_spans(api: DemoApi, tmp_path: Path, way: str) -> None:
    """A process that makes no span loads no SDK and leaves no store behind."""
    done = started(way, api, tmp_path, "import sys\nprint('opentelemetry.sdk' in sys.modules)")
    assert (done.code, done.output, done.log) == (0, "False\n", "")
    assert not (tmp_path / f"{way}.db").exists()


@pytest.mark.parametrize("way", WAYS)
def test_broken_settings(api: DemoApi, tmp_path: Path, way: str) -> None:
    """Whatever is wrong with the settings, the application runs."""
    done = started(way, api, tmp_path, "print('runs')", VERSPAN_STORE="mongodb://host/db", VERSPAN_EXPORTERS="nowhere")
    assert (done.code, done.output) == (0, "runs\n")
    assert "Traceback" not in done.log
