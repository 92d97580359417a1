"""Traces made in a process and read back by it, through a real store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

import verspan
from verspan.configuring.wiring import Wiring
from verspan.context import ActiveVersion, set_default_version, withdraw_default_version
from verspan.errors import InvalidArgumentError, NotFoundError, StoreUnavailableError
from verspan.instrumentation.policy import Policy, current_policy, set_policy
from verspan.runtime import current_runtime, set_runtime
from verspan.settings import resolve_settings
from verspan.store.opening import open_store
from verspan.traces.model import EventRecord, SpanRecord, TraceStatus
from verspan.versions.identity import model_id_for

VERSION = ActiveVersion(model_id_for("shop", "shop-v1"), "shop-v1")
STAMP = {"logged_model.id": VERSION.model_id, "logged_model.name": "shop-v1"}


@pytest.fixture(autouse=True)
def local_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A provider whose spans, and their content, go to a store of the test's own."""
    monkeypatch.setenv("VERSPAN_RAISE_INTERNAL_ERRORS", "1")
    before = trace._TRACER_PROVIDER, current_policy(), current_runtime()
    provider = TracerProvider(shutdown_on_exit=False)
    settings = resolve_settings(store=tmp_path / "traces.db", exporters=["local"])
    trace._TRACER_PROVIDER = provider
    set_policy(Policy(local=True))
    set_runtime(Wiring(None).connect(provider, settings, settings.exporters, joined=True))
    set_default_version(VERSION)
    yield tmp_path / "traces.db"
    withdraw_default_version(VERSION)
    provider.shutdown()
    trace._TRACER_PROVIDER = before[0]
    set_policy(before[1])
    set_runtime(before[2])


@verspan.trace(span_type="CHAIN")
def answer(question: str) -> str:
    """Answer a question, and say something about the trace."""
    verspan.update_current_trace({"channel": "chat"}, {"shelf": "7"}, session_id="s-1", user_id="u-17")
    with verspan.start_span("look up") as span:
        span.set_inputs({"words": question.split()})
        span.add_event("found", {"app.pages": 2})
    return question.upper()


@verspan.trace
def fail() -> None:
    """Fail to answer."""
    raise LookupError("not on any shelf")


def record(span: SpanRecord, **changed: Any) -> SpanRecord:
    """A span without ids, times and resource, and with these changes."""
    plain = {"trace_id": "", "span_id": "", "start_ns": 0, "end_ns": 0, "resource": {}, "parent_span_id": None}
    events = [EventRecord(event.name, 0, event.attributes) for event in span.events]
    return replace(span, **{**plain, "events": events, **changed})


def test_whole_trace() -> None:
    """A trace is read back with every span, attribute, event, input and output that was recorded."""
    answer("green tea")
    trace_id = verspan.get_last_active_trace_id()
    assert trace_id is not None
    found = verspan.get_trace(trace_id)
    root, child = (stored.span for stored in found.spans)
    who = {"session.id": "s-1", "user.id": "u-17"}
    assert [record(root), record(child)] == [
        SpanRecord(
            trace_id="",
            span_id="",
            parent_span_id=None,
            name="answer",
            kind="INTERNAL",
            start_ns=0,
            end_ns=0,
            attributes={
                "code.function.name": f"{__name__}.answer",
                "verspan.span.type": "CHAIN",
                **STAMP,
                **who,
                "verspan.tag.channel": "chat",
                "verspan.metadata.shelf": "7",
                "verspan.inputs": '{"question":"green tea"}',
                "verspan.outputs": '"GREEN TEA"',
            },
            events=[],
            scope_name="verspan",
        ),
        SpanRecord(
            trace_id="",
            span_id="",
            parent_span_id=None,
            name="look up",
            kind="INTERNAL",
            start_ns=0,
            end_ns=0,
            attributes={**STAMP, **who, "verspan.inputs": '{"words":["green","tea"]}'},
            events=[EventRecord("found", 0, {"app.pages": 2})],
            scope_name="verspan",
        ),
    ]
    assert (child.parent_span_id, child.trace_id, root.parent_span_id) == (root.span_id, trace_id, None)
    summary = found.summary
    assert (summary.name, summary.status, summary.span_count, summary.model_name) == (
        "answer",
        TraceStatus.OK,
        2,
        "shop-v1",
    )
    assert (summary.session_id, summary.user_id, summary.tags, summary.metadata) == (
        "s-1",
        "u-17",
        {"channel": "chat"},
        {"shelf": "7"},
    )


def test_failed_trace() -> None:
    """A trace that failed is read back with what the exception said."""
    with pytest.raises(LookupError, match="not on any shelf"):
        fail()
    found = verspan.get_trace(verspan.get_last_active_trace_id() or "")
    (event,) = found.spans[0].span.events
    assert found.summary.status is TraceStatus.ERROR
    assert (event.name, event.attributes["exception.type"]) == ("exception", "LookupError")
    assert event.attributes["exception.message"] == "not on any shelf"


def test_search() -> None:
    """Traces are found by version, status, time, text, session and user, the newest first."""
    moment = datetime.now(tz=timezone.utc)
    answer("green tea")
    with pytest.raises(LookupError, match="not on any shelf"):
        fail()
    hour = timedelta(hours=1)
    for arguments, names in [
        ({}, ["fail", "answer"]),
        ({"max_results": 1}, ["fail"]),
        ({"model_id": VERSION.model_id}, ["fail", "answer"]),
        ({"model_id": ["m-" + "0" * 32, VERSION.model_id]}, ["fail", "answer"]),
        ({"model_id": "m-" + "0" * 32}, []),
        ({"status": "ERROR"}, ["fail"]),
        ({"status": TraceStatus.OK}, ["answer"]),
        ({"text": "GREEN"}, ["answer"]),
        ({"session_id": "s-1", "user_id": "u-17"}, ["answer"]),
        ({"user_id": "u-18"}, []),
        ({"since": moment, "until": moment + hour}, ["fail", "answer"]),
        ({"since": (moment + hour).astimezone().replace(tzinfo=None)}, []),
        ({"until": moment - hour}, []),
    ]:
        found = verspan.search_traces(**arguments)  # type: ignore[arg-type]  # each is of its own type
        assert [summary.name for summary in found] == names, arguments


def test_unknown_trace(local_store: Path) -> None:
    """A trace that the store does not have is an error that names the store and the way to those it has."""
    answer("green tea")
    with pytest.raises(NotFoundError) as raised:
        verspan.get_trace("f" * 32)
    assert str(raised.value) == f"{local_store} has no trace '{'f' * 32}'; `verspan traces` lists those it has"


def test_nothing_recorded() -> None:
    """Reading where nothing has been recorded finds nothing."""
    assert verspan.search_traces() == []
    with pytest.raises(NotFoundError):
        verspan.get_trace("f" * 32)


def test_unknown_status() -> None:
    """A status that does not exist is an error that names those that do."""
    with pytest.raises(InvalidArgumentError) as raised:
        verspan.search_traces(status="FINE")
    assert str(raised.value) == "status='FINE' is none of OK, ERROR, IN_PROGRESS"


def test_unreadable_store(local_store: Path) -> None:
    """A store that cannot be read is an error of the store's, and the file stays as it is."""
    local_store.mkdir()
    with pytest.raises(StoreUnavailableError):
        verspan.search_traces()
    assert local_store.is_dir()


def test_spans_of_another_process(local_store: Path) -> None:
    """What somebody else has written into the store is read too."""
    with closing(open_store(f"sqlite:///{local_store}")) as store:
        store.write_spans([SpanRecord("a" * 32, "b" * 16, None, "theirs", "INTERNAL", 1, 2)])
    assert verspan.get_trace("a" * 32).spans[0].span.name == "theirs"
