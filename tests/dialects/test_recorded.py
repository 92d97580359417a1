"""Spans that other instrumentors really emit are stored in the present conventions, and come back with all they said.

``UPDATE_SNAPSHOTS=1`` writes ``present/`` anew; what is in it is what the dialects' tables add to each recorded span.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.dialects.spans import FOLDER, RECORDED, recorded, recorded_cases

from verspan.semconv import LOGGED_MODEL_ID, LOGGED_MODEL_NAME
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.store.prepared import prepare
from verspan.traces.model import SpanRecord, TraceQuery
from verspan.versions.identity import model_id_for

VERSION = model_id_for("travel", "desk-1")
STAMP = {LOGGED_MODEL_ID: VERSION, LOGGED_MODEL_NAME: "desk-1"}
PEERS = [file.stem for file in RECORDED]
CHATS = (
    *("openinference-openai", "openllmetry-openai", "openllmetry-older-openai", "genai-openai", "openai-v2"),
    *("openai-v2-latest", "logfire", "mlflow", "vercel-6", "vercel-7"),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with closing(open_store(f"sqlite:///{tmp_path / 'verspan.db'}")) as opened:
        yield opened


def stored(store: Store, spans: list[SpanRecord]) -> dict[tuple[str, str], SpanRecord]:
    """Spans as the store gives them back, by their ids."""
    store.write_spans(spans)
    traces = [store.get_trace(trace_id) for trace_id in dict.fromkeys(span.trace_id for span in spans)]
    return {(one.span.trace_id, one.span.span_id): one.span for trace in traces if trace for one in trace.spans}


@pytest.mark.parametrize("peer", PEERS)
def test_present_conventions(peer: str, store: Store) -> None:
    """What a span lacks of the present conventions is added, and nothing that it came with is lost or changed."""
    found: dict[str, Any] = {}
    for case, spans in recorded_cases(FOLDER / "recorded" / f"{peer}.json").items():
        kept = stored(store, spans)
        for span in spans:
            back = kept[span.trace_id, span.span_id]
            added = {name: value for name, value in back.attributes.items() if span.attributes.get(name) != value}
            originals = {name: value for name, value in span.attributes.items() if name not in added}
            assert {name: back.attributes[name] for name in originals} == originals
            assert back.events == span.events
            found[f"{case} {int(span.span_id, 16)} {span.name}"] = added
    file = FOLDER / "present" / f"{peer}.json"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    assert json.loads(file.read_text("utf-8")) == found


@pytest.mark.parametrize("peer", PEERS)
def test_stored_again(peer: str, store: Store, tmp_path: Path) -> None:
    """A span that was read once comes out of another store as it came out of the first."""
    spans = [span for case in recorded_cases(FOLDER / "recorded" / f"{peer}.json").values() for span in case]
    once = stored(store, spans)
    with closing(open_store(f"sqlite:///{tmp_path / 'second.db'}")) as second:
        assert stored(second, list(once.values())) == once


@pytest.mark.parametrize("peer", CHATS)
def test_one_chat(peer: str, store: Store) -> None:
    """One chat, whoever told of it, is one call of its version with its tokens, cost and text."""
    store.write_spans(recorded(peer, "text", STAMP)[::-1])
    figures = store.figures([VERSION])[VERSION]
    assert (figures.traces, figures.calls, figures.input_tokens, figures.output_tokens) == (1, 1, 30, 12)
    assert figures.cost_usd == (1.02e-05 if peer in KNOW_CACHED else 1.17e-05)
    (trace,) = store.find_traces(TraceQuery(model_ids=[VERSION])).traces
    assert (trace.input_tokens, trace.output_tokens, trace.cost_usd) == (30, 12, figures.cost_usd)
    if peer != "openai-v2":  # which keeps what was said to itself
        assert (trace.request_preview, trace.response_preview) == ASKED_AND_ANSWERED
        assert len(store.find_traces(TraceQuery(text="sunny Paris")).traces) == 1


ASKED_AND_ANSWERED = ("What is the weather in Paris?", "It is sunny in Paris.")
KNOW_CACHED = set(PEERS) - {"openai-v2", "openai-v2-latest"}


@pytest.mark.parametrize("peer", ["openllmetry-older-anthropic", "mlflow", "logfire", "anthropic-native"])
def test_cached_tokens(peer: str, store: Store) -> None:
    """Tokens that Anthropic read from its cache, or wrote to it, are among the input and priced as what they are."""
    store.write_spans(recorded(peer, "message", STAMP))
    figures = store.figures([VERSION])[VERSION]
    assert (figures.calls, figures.input_tokens, figures.output_tokens) == (1, 150, 7)
    assert figures.cost_usd == 0.000315


@pytest.mark.parametrize(
    ("peer", "case", "counted"),
    [
        ("logfire", "agent", (2, 110, 18)),
        ("pydantic-ai-2", "agent", (2, 110, 18)),
        ("vercel-6", "agent", (2, 110, 18)),
        ("vercel-7", "agent", (2, 110, 18)),
        ("vercel-7", "stream", (1, 11, 6)),
        ("vercel-6", "embeddings", (1, 4, 0)),
        ("logfire", "stream", (1, 11, 6)),
        ("openinference-anthropic", "message", (1, 150, 7)),
    ],
)
def test_counted_once(peer: str, case: str, counted: tuple[int, int, int], store: Store) -> None:
    """An agent over its calls, two instrumentors one inside the other, an SDK's own span: each call counts once."""
    for times, step in enumerate((1, -1), 1):
        for span in recorded(peer, case, STAMP)[::step]:
            store.write_spans([replace(span, trace_id=f"{times}{span.trace_id[1:]}")])
        figures = store.figures([VERSION])[VERSION]
        once = tuple(times * count for count in counted)
        assert (figures.calls, figures.input_tokens, figures.output_tokens) == once


def test_originals_weigh_little(store: Store) -> None:
    """What another dialect repeats of the messages is not kept a second time."""
    long = " ".join(f"word{number}" for number in range(2_000))
    (span,) = recorded("openinference-openai", "text")
    attributes = {
        **span.attributes,
        "llm.input_messages.1.message.content": long,
        "input.value": json.dumps({"messages": [{"role": "user", "content": long}]}),
    }
    (prepared,) = prepare([replace(span, attributes=attributes)])
    assert len(prepared.body) < 3_000 < len(long)
