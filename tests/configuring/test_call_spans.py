"""Spans of model calls that only Verspan reads are made in a way of their own, and are the spans they would be."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from verspan.store.opening import open_store
from verspan.traces.model import SpanRecord, TraceQuery

from .conftest import Run

_APPLICATION = """
    import contextlib, gc, sys
    import openai, verspan
    from opentelemetry import trace
    from opentelemetry.sdk.trace import SpanProcessor
    from verspan.demo.api_server import DemoApi

    verspan.configure(store=sys.argv[1])
    verspan.set_active_model(name="shop-1")
    verspan.openai.autolog()
    if sys.argv[2] == "on time":
        trace.get_tracer_provider().add_span_processor(SpanProcessor())

    asked = dict(model="gpt-4o-mini", messages=[{"role": "user", "content": "Where is my parcel?"}], temperature=0.5)
    with DemoApi() as api, openai.OpenAI(base_url=api.base_url, api_key="demo", max_retries=0) as client:
        create = client.chat.completions.create
        create(**asked, user="whole")
        with verspan.start_span("outer"):
            list(create(**asked, stream=True, stream_options={"include_usage": True}, user="drained"))
        with create(**asked, stream=True, user="closed") as stream:
            next(stream)
        client.chat.completions.with_raw_response.create(**asked, user="raw").parse()
        with client.chat.completions.with_streaming_response.create(**asked, user="read") as response:
            response.read()
        with contextlib.suppress(openai.NotFoundError):
            create(**{**asked, "model": "no-such-model"})
        assert verspan.flush(30)
"""
_PLACES = {"server.port", "gen_ai.response.id", "gen_ai.response.time_to_first_chunk", "exception.stacktrace"}


def _stored(store: Path) -> list[dict[str, Any]]:
    """The spans of a store in order of their start, without what differs from run to run."""
    with closing(open_store(f"sqlite:///{store}")) as opened:
        found = opened.find_traces(TraceQuery()).traces
        traces = [opened.get_trace(one.trace_id) for one in found]
    spans = [stored.span for trace in traces if trace is not None for stored in trace.spans]
    return [_plain(span) for span in sorted(spans, key=lambda span: span.start_ns)]


def _plain(span: SpanRecord) -> dict[str, Any]:
    kept = {name: value for name, value in span.attributes.items() if name not in _PLACES}
    return {
        "name": span.name,
        "kind": span.kind,
        "child": span.parent_span_id is not None,
        "status": (span.status_code, span.status_message),
        "attributes": json.loads(json.dumps(kept, sort_keys=True)),
        "places": _PLACES & span.attributes.keys(),
        "events": [(event.name, sorted(event.attributes)) for event in span.events],
        "resource": {name: value for name, value in span.resource.items() if name != "service.instance.id"},
        "scope": (span.scope_name, span.scope_version),
    }


def test_the_same_span(run: Run, tmp_path: Path) -> None:
    """A call's span in the store is the same whether its attributes were on it when it ended or came with it."""
    for when in ("late", "on time"):
        done = run(_APPLICATION.replace("sys.argv[1]", repr(f"{when}.db")).replace("sys.argv[2]", repr(when)))
        assert (done.code, done.log) == (0, "")
    late, on_time = _stored(tmp_path / "late.db"), _stored(tmp_path / "on time.db")
    assert len(late) == 7
    for one, other in zip(late, on_time, strict=True):
        assert one == other


@pytest.mark.parametrize("added", ["", "trace.get_tracer_provider().add_span_processor(SpanProcessor())"])
def test_maker(run: Run, added: str) -> None:
    """Nobody makes spans apart from the provider once somebody else's processor reads them."""
    done = run(f"""
        import verspan
        from opentelemetry import trace
        from opentelemetry.sdk.trace import SpanProcessor
        from verspan.instrumentation.call_spans import InForce

        verspan.autolog()
        with verspan.start_span("first"):
            pass
        {added}
        print(InForce.maker is None)
    """)
    assert done.output == f"{bool(added)}\n"
