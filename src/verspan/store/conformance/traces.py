"""Traces: the same row in whatever order spans come, and found by everything a query can ask."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from verspan import semconv
from verspan.errors import InvalidArgumentError
from verspan.store.conformance.records import SECOND_NS, START_NS, call, message, model, refused, span, stamp, trace_id
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord, TraceQuery, TraceStatus, TraceSummary

_NASTY = ['"', "'", "* OR NOT", 'a" OR "b', "NEAR(a b)", "col:umn", "-minus", "^caret", "(", "{a b}", "\0", "%", "a+b"]


class TraceConformance:
    """Of a store's traces."""

    def test_summary(self, store: Store) -> None:
        """A trace's row sums up its spans, and says what its root says."""
        store.upsert_model(model("v1"))
        store.write_spans(_agent(1))
        assert found(store) == [_agent_summary(1)]
        trace = store.get_trace(trace_id(1))
        assert trace is not None
        assert trace.summary == _agent_summary(1)

    def test_any_order(self, store: Store) -> None:
        """The row is the same in whatever order a trace's spans come, and in however many batches."""
        store.upsert_model(model("v1"))
        orders = list(itertools.permutations(range(4)))
        for number, order in enumerate(orders, start=1):
            spans = _agent(number)
            for position in order:
                store.write_spans([spans[position]])
        for number, order in enumerate(orders, start=len(orders) + 1):
            spans = _agent(number)
            store.write_spans([spans[position] for position in order[:2]])
            store.write_spans([spans[position] for position in order[2:]])
        rows = {summary.trace_id: summary for summary in found(store)}
        for number in range(1, 2 * len(orders) + 1):
            assert rows[trace_id(number)] == _agent_summary(number)

    def test_without_root(self, store: Store) -> None:
        """Until the root is kept a trace is in progress, and has the name of its earliest span."""
        spans = _agent(1)
        store.write_spans(spans[2:])
        store.write_spans(spans[1:2])
        (summary,) = found(store)
        assert (summary.name, summary.status) == ("chat", TraceStatus.IN_PROGRESS)
        assert (summary.request_preview, summary.response_preview) == ("Where is my parcel?", "It left on Monday.")

    def test_unknown(self, store: Store) -> None:
        """A trace that is not there is None, and so is what is no trace's id."""
        assert store.get_trace(trace_id(1)) is None
        assert store.get_trace("xyz") is None

    def test_preview(self, store: Store) -> None:
        """The previews are the first 200 characters of what was asked and answered."""
        question, answer = "why " * 100, "because " * 100
        store.write_spans(
            [
                span(1, trace=1, attributes={semconv.VERSPAN_INPUTS: question, semconv.VERSPAN_OUTPUTS: b'"short"'}),
                span(2, trace=2, attributes={semconv.VERSPAN_INPUTS: {"q": 1}, semconv.VERSPAN_OUTPUTS: [1, 2]}),
                call(
                    3,
                    trace=3,
                    gen_ai__input__messages=[message("user", question), message("tool", "x")],
                    gen_ai__output__messages=[message("assistant", answer), message("assistant", "other")],
                ),
            ]
        )
        previews = [(summary.request_preview, summary.response_preview) for summary in found(store)]
        assert previews == [(question[:200], answer[:200]), ('{"q":1}', "[1,2]"), (question[:200], "short")]

    def test_filters(self, store: Store) -> None:
        """Each field of a query leaves the traces that match it, and all of them together those that match all."""
        store.upsert_model(model("v1"))
        store.upsert_model(model("v2", experiment="billing"))
        first = call(1, trace=1, session__id="s1", user__id="ann", **stamp("v1"))
        second = replace(call(2, trace=2, gen_ai__conversation__id="s2", **stamp("v2", "billing")), status_code="ERROR")
        store.write_spans([first, second, call(4, trace=3, parent=3)])
        one, two = stamp("v1")[semconv.LOGGED_MODEL_ID], stamp("v2", "billing")[semconv.LOGGED_MODEL_ID]
        assert ids(store, TraceQuery()) == [3, 2, 1]
        assert ids(store, TraceQuery(model_ids=[one])) == [1]
        assert ids(store, TraceQuery(model_ids=[one, two, "m-none"])) == [2, 1]
        assert ids(store, TraceQuery(model_ids=["m-none"])) == []
        assert ids(store, TraceQuery(experiment_name="billing")) == [2]
        assert ids(store, TraceQuery(status=TraceStatus.OK)) == [1]
        assert ids(store, TraceQuery(status=TraceStatus.ERROR)) == [2]
        assert ids(store, TraceQuery(status=TraceStatus.IN_PROGRESS)) == [3]
        assert ids(store, TraceQuery(session_id="s2")) == [2]
        assert ids(store, TraceQuery(user_id="ann")) == [1]
        assert ids(store, TraceQuery(since_ns=START_NS + 2 * SECOND_NS)) == [3, 2]
        assert ids(store, TraceQuery(until_ns=START_NS + 2 * SECOND_NS)) == [1]
        assert ids(store, TraceQuery(model_ids=[one], status=TraceStatus.ERROR)) == []
        assert ids(store, TraceQuery(model_ids=[two], status=TraceStatus.ERROR, text="chat")) == [2]

    def test_text(self, store: Store) -> None:
        """A search finds words in any order and case, wherever in the trace they stand, and whole words alone."""
        store.write_spans([*_agent(1), *_agent(2, question="Was kostet die Straße nach Zürich?"), *_agent(3, "東京へ")])
        assert ids(store, TraceQuery(text="PARCEL where")) == [1]
        assert ids(store, TraceQuery(text="parcel monday execute_tool refund")) == [1]
        assert ids(store, TraceQuery(text="parcel nowhere")) == []
        assert ids(store, TraceQuery(text="parc")) == []
        assert ids(store, TraceQuery(text="STRASSE zürich?")) == [2]
        assert ids(store, TraceQuery(text="京")) == [3]
        assert ids(store, TraceQuery(text="4711")) == [3, 2, 1]
        assert ids(store, TraceQuery(text="role parts")) == []
        assert ids(store, TraceQuery(text="  ")) == [3, 2, 1]

    def test_text_is_no_syntax(self, store: Store) -> None:
        """Whatever is searched for is words: no text is a search's syntax, or an error."""
        store.write_spans([span(1, trace=1, attributes={semconv.VERSPAN_INPUTS: " ".join(_NASTY) + " a or b"})])
        for text in _NASTY:
            assert ids(store, TraceQuery(text=text)) == [1]
        assert ids(store, TraceQuery(text="near")) == [1]
        assert ids(store, TraceQuery(text="nea*")) == []

    def test_pages(self, store: Store) -> None:
        """The pages of a list are the list, each trace once, while newer traces arrive and several start at once."""
        store.write_spans([replace(span(1, trace=number), start_ns=START_NS + number // 3) for number in range(1, 24)])
        expected = ids(store, TraceQuery(limit=100))
        pages: list[int] = []
        page = store.find_traces(TraceQuery(limit=5))
        pages += numbers(page.traces)
        while page.next_page_token is not None:
            store.write_spans([span(1, trace=1000 + len(pages))])
            page = store.find_traces(TraceQuery(limit=5, page_token=page.next_page_token))
            pages += numbers(page.traces)
        assert pages == expected == list(range(23, 0, -1))

    def test_last_page(self, store: Store) -> None:
        """A page that holds the last trace says that nothing follows."""
        store.write_spans([span(1, trace=number) for number in range(1, 6)])
        assert store.find_traces(TraceQuery(limit=5)).next_page_token is None
        assert store.find_traces(TraceQuery(limit=4)).next_page_token is not None

    def test_refused(self, store: Store) -> None:
        """A page of no traces and a token that no page gave are refused."""
        refused(InvalidArgumentError, lambda: store.find_traces(TraceQuery(limit=0)))
        refused(InvalidArgumentError, lambda: store.find_traces(TraceQuery(page_token="elsewhere")))  # noqa: S106 - not a secret

    def test_match_ids(self, store: Store) -> None:
        """The first digits of an id, in either case, give the ids that begin so."""
        some = [f"{digits:0<32}" for digits in ("abc0", "abc1", "abd0", "f")]
        store.write_spans([replace(span(1), trace_id=one) for one in some])
        assert store.match_trace_ids("abc") == some[:2]
        assert store.match_trace_ids("ABC1") == [some[1]]
        assert store.match_trace_ids(some[3]) == [some[3]]
        assert store.match_trace_ids("") == some
        assert store.match_trace_ids("ab", limit=2) == some[:2]
        assert store.match_trace_ids("xyz") == []
        assert store.match_trace_ids("0" * 40) == []


def found(store: Store) -> list[TraceSummary]:
    """Every trace's row."""
    return list(store.find_traces(TraceQuery(limit=1000)).traces)


def ids(store: Store, query: TraceQuery) -> list[int]:
    """The numbers of the traces that a query finds."""
    return numbers(store.find_traces(query).traces)


def numbers(traces: Sequence[TraceSummary]) -> list[int]:
    """What the traces' ids are made of."""
    return [int(summary.trace_id, 16) for summary in traces]


def _agent(trace: int, question: str = "Where is my parcel?") -> list[SpanRecord]:
    """A trace of four spans: an agent that calls a model, a tool, and the model again, in vain."""
    version = stamp("v1")
    root = span(
        1,
        trace,
        name="answer",
        attributes={**version, "verspan.tag.team": "red", "verspan.metadata.build": 7, "user.id": "ann"},
    )
    asked = message("user", question)
    answered = message("assistant", "It left on Monday.")
    return [
        root,
        call(2, trace, parent=1, gen_ai__input__messages=[asked], gen_ai__output__messages=[answered], **version),
        span(
            3,
            trace,
            parent=1,
            name="execute_tool refund",
            attributes={**version, semconv.GEN_AI_TOOL_CALL_ARGUMENTS: '{"order":4711}', "verspan.tag.team": "blue"},
        ),
        replace(call(4, trace, parent=1, session__id="s1", **version), status_code="ERROR"),
    ]


def _agent_summary(trace: int) -> TraceSummary:
    return TraceSummary(
        trace_id=trace_id(trace),
        name="answer",
        status=TraceStatus.OK,
        start_ns=START_NS + SECOND_NS,
        end_ns=START_NS + 5 * SECOND_NS,
        span_count=4,
        error_count=1,
        model_id=stamp("v1")[semconv.LOGGED_MODEL_ID],
        model_name="v1",
        experiment_name="support",
        session_id="s1",
        user_id="ann",
        input_tokens=200,
        output_tokens=20,
        cost_usd=None,
        unpriced_calls=2,
        tags={"team": "red"},
        metadata={"build": "7"},
        request_preview="Where is my parcel?",
        response_preview="It left on Monday.",
    )
