"""Tokens, cost and calls are counted once in a trace, whoever reports them and in whatever order spans come in."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from verspan import semconv
from verspan.store.conformance.records import call, span, stamp
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord, TraceQuery

_VERSION = stamp("v1")
_ONE = _VERSION[semconv.LOGGED_MODEL_ID]
_REAL: dict[str, Any] = {"gen_ai__provider__name": "openai", "gen_ai__request__model": "gpt-4o-mini"}
_TRACES, _ORDERS, _SPANS = 12, 4, 14


class Sums(NamedTuple):
    """What is counted of a version."""

    calls: int
    errors: int
    input_tokens: int
    output_tokens: int
    unpriced_calls: int


class CountingConformance:
    """Of what a store counts where several spans report the same."""

    def test_agent_over_its_calls(self, store: Store) -> None:
        """What an agent reports on top of the calls below it does not count, whichever is stored first."""
        for spans in itertools.permutations(_agent(trace=1)):
            trace = len(store.find_traces(TraceQuery(limit=100)).traces) + 1
            for one in spans:
                store.write_spans([replace(one, trace_id=f"{trace:032x}")])
        sums = [(each.input_tokens, each.output_tokens) for each in store.find_traces(TraceQuery(limit=100)).traces]
        assert sums == [(200, 20)] * 24
        assert _sums(store) == Sums(calls=48, errors=0, input_tokens=4800, output_tokens=480, unpriced_calls=48)

    def test_agent_alone(self, store: Store) -> None:
        """What an agent reports counts where nothing below it reports anything."""
        agent = call(1, gen_ai__operation__name="invoke_agent", **_VERSION)
        tool = span(2, parent=1, attributes=_VERSION)
        silent = call(3, parent=2, gen_ai__usage__input_tokens=0, gen_ai__usage__output_tokens=0, **_VERSION)
        store.write_spans([silent])
        store.write_spans([agent])
        assert _sums(store) == Sums(calls=1, errors=0, input_tokens=100, output_tokens=10, unpriced_calls=1)
        store.write_spans([tool])
        assert _sums(store) == Sums(calls=1, errors=0, input_tokens=100, output_tokens=10, unpriced_calls=1)

    def test_call_within_a_call(self, store: Store) -> None:
        """Of two nested spans of one call the inner counts, as a call, with its tokens, its cost and its duration."""
        outer = replace(call(1, **_REAL, **_VERSION), end_ns=call(1).end_ns + 5_000_000_000)
        inner = call(2, parent=1, **_REAL, **_VERSION)
        store.write_spans([inner, outer])
        alone = store.figures([_ONE])[_ONE]
        assert (alone.calls, alone.input_tokens, alone.cost_usd) == (1, 100, 2.1e-05)
        assert alone.p95_ms is not None
        assert abs(alone.p95_ms - 1000) <= 10  # noqa: PLR2004 - within 1 percent
        for one in (outer, inner):
            store.write_spans([replace(one, trace_id=f"{2:032x}")])
        both = store.figures([_ONE])[_ONE]
        assert (both.calls, both.input_tokens, both.cost_usd) == (2, 200, 4.2e-05)
        assert both.p95_ms == alone.p95_ms
        for trace in store.find_traces(TraceQuery()).traces:
            whole = store.get_trace(trace.trace_id)
            assert whole is not None
            assert [one.cost and one.cost.usd for one in whole.spans] == [None, trace.cost_usd] == [None, 2.1e-05]

    def test_usage_of_the_outer_call_alone(self, store: Store) -> None:
        """Where only the outer of two nested spans of a call knows tokens, they count, and the call is one."""
        inner = call(2, parent=1, gen_ai__usage__input_tokens=None, gen_ai__usage__output_tokens=None, **_VERSION)
        store.write_spans([call(1, **_VERSION)])
        store.write_spans([inner])
        assert _sums(store) == Sums(calls=1, errors=0, input_tokens=100, output_tokens=10, unpriced_calls=1)

    def test_side_by_side(self, store: Store) -> None:
        """Two instrumentors' spans of one answer below the same parent are one call, in one batch or in two."""
        one = replace(call(1, parent=9, gen_ai__response__id="r1", **_VERSION), scope_name="one")
        other = replace(call(2, parent=9, gen_ai__response__id="r1", **_VERSION), scope_name="other")
        store.write_spans([one, other])
        store.write_spans([replace(other, span_id=f"{4:016x}"), span(9, attributes=_VERSION)])
        store.write_spans([replace(other, span_id=f"{5:016x}")])
        assert _sums(store) == Sums(calls=1, errors=0, input_tokens=100, output_tokens=10, unpriced_calls=1)

    def test_one_id_for_all(self, store: Store) -> None:
        """The calls of one instrumentor count, all of them, where the host gives every answer the same id."""
        store.write_spans([call(number, parent=9, gen_ai__response__id="r1", **_VERSION) for number in (1, 2)])
        store.write_spans([call(3, parent=9, gen_ai__response__id="r1", **_VERSION)])
        assert _sums(store).calls == 3  # noqa: PLR2004

    def test_fetched_again(self, store: Store) -> None:
        """The tokens of an answer that is fetched again were told before."""
        store.write_spans([call(1, gen_ai__operation__name="fetch_response", **_VERSION)])
        assert _sums(store) == Sums(calls=0, errors=0, input_tokens=0, output_tokens=0, unpriced_calls=0)

    def test_own_parent(self, store: Store) -> None:
        """A call that says it is its own parent, and calls that are each other's, are stored."""
        store.write_spans([call(1, parent=1, **_VERSION), call(2, parent=3, **_VERSION)])
        store.write_spans([call(3, parent=2, **_VERSION)])
        (trace,) = store.find_traces(TraceQuery()).traces
        assert trace.span_count == 3  # noqa: PLR2004

    def test_deep(self, store: Store) -> None:
        """A trace may be deeper than Python's stack."""
        chain = [span(number, parent=number - 1 or None, attributes=_VERSION) for number in range(1, 3000)]
        store.write_spans([call(3000, parent=2999, **_VERSION), *chain[1:]])
        store.write_spans([call(1, gen_ai__operation__name="invoke_agent", **_VERSION)])
        assert _sums(store).input_tokens == 100  # noqa: PLR2004

    def test_random_traces(self, store: Store) -> None:
        """Random trees, cut into random batches in random orders, come to the sums that their definition gives."""
        chance = random.Random(5)  # noqa: S311 - the same traces in every run
        expected = Sums(0, 0, 0, 0, 0)
        for number in range(_TRACES):
            tree = _random_tree(chance, number)
            for order in range(_ORDERS):
                copied = [replace(one, trace_id=f"{number * _ORDERS + order + 1:032x}") for one in tree]
                chance.shuffle(copied)
                _write_in_batches(store, copied, chance)
            once = _by_definition(tree)
            expected = Sums(*(total + _ORDERS * part for total, part in zip(expected, once, strict=True)))
            stored = [store.get_trace(f"{number * _ORDERS + order + 1:032x}") for order in range(_ORDERS)]
            sums = {(each.summary.input_tokens, each.summary.unpriced_calls) for each in stored if each}
            assert sums == {(once.input_tokens, once.unpriced_calls)}
        assert _sums(store) == expected


def _sums(store: Store) -> Sums:
    figures = store.figures([_ONE])[_ONE]
    return Sums(figures.calls, figures.errors, figures.input_tokens, figures.output_tokens, figures.unpriced_calls)


def _agent(trace: int) -> list[SpanRecord]:
    """An agent that reports the tokens of both of its calls, one of them below a step that reports none."""
    total: dict[str, Any] = {"gen_ai__usage__input_tokens": 200, "gen_ai__usage__output_tokens": 20}
    return [
        call(1, trace, gen_ai__operation__name="invoke_agent", **total, **_VERSION),
        call(2, trace, parent=1, **_VERSION),
        span(3, trace, parent=1, attributes=_VERSION),
        call(4, trace, parent=3, **_VERSION),
    ]


def _random_tree(chance: random.Random, trace: int) -> list[SpanRecord]:
    """Spans of a trace, each below one before it, some of them calls, some agents, some with tokens."""
    tree = []
    for number in range(1, _SPANS + 1):
        parent = chance.randrange(1, number) if number > 1 else None
        operation = chance.choice(("chat", "chat", "invoke_agent", None))
        tokens = chance.choice((0, number))
        one = call(number, trace + 1, parent, gen_ai__usage__input_tokens=tokens, gen_ai__usage__output_tokens=0)
        attributes = {**one.attributes, **_VERSION, semconv.GEN_AI_OPERATION_NAME: operation}
        status = chance.choice(("OK", "ERROR"))
        tree.append(replace(one, attributes=attributes, status_code=status))  # type: ignore[arg-type] # one of its words
    return tree


def _write_in_batches(store: Store, spans: Sequence[SpanRecord], chance: random.Random) -> None:
    start = 0
    while start < len(spans):
        size = chance.randrange(1, 6)
        store.write_spans(spans[start : start + size])
        start += size


def _by_definition(tree: Sequence[SpanRecord]) -> Sums:
    below = _descendants(tree)
    used = {one.span_id for one in tree if _tokens(one) and one.attributes[semconv.GEN_AI_OPERATION_NAME]}
    called = {one.span_id for one in tree if one.attributes[semconv.GEN_AI_OPERATION_NAME] == "chat"}
    calls = [one for one in tree if one.span_id in called and not below[one.span_id] & called]
    counted = [one for one in tree if one.span_id in used and not below[one.span_id] & used]
    return Sums(
        calls=len(calls),
        errors=sum(one.status_code == "ERROR" for one in calls),
        input_tokens=sum(map(_tokens, counted)),
        output_tokens=0,
        unpriced_calls=len(counted),
    )


def _tokens(one: SpanRecord) -> int:
    tokens: int = one.attributes[semconv.GEN_AI_USAGE_INPUT_TOKENS]
    return tokens


def _descendants(tree: Sequence[SpanRecord]) -> Mapping[str, set[str]]:
    below: dict[str, set[str]] = {one.span_id: set() for one in tree}
    for one in reversed(tree):
        if one.parent_span_id is not None:
            below[one.parent_span_id] |= {one.span_id} | below[one.span_id]
    return below
