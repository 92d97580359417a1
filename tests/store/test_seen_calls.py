"""As spans are stored it is kept how their versions call models."""

from __future__ import annotations

import json
from typing import Any

from verspan.store.interface import Store
from verspan.store.seen_calls import MOST
from verspan.traces.model import SpanRecord

MODEL = "m-" + "a" * 32


def call(number: int, start_ns: int, **attributes: Any) -> SpanRecord:
    """A span of a call."""
    common = {"logged_model.id": MODEL, "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    return SpanRecord(
        *(f"{number:032x}", f"{number:016x}", None, "chat gpt-4o", "CLIENT", start_ns, start_ns + 1),
        attributes={**common, **named},
    )


def messages(instructions: str, question: str) -> str:
    """What is sent to a model."""
    said = (("system", instructions), ("user", question))
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in said])


def test_kinds(store: Store) -> None:
    """A kind of call is kept once with its first and last time, in whatever order and however often spans come."""
    spans = [
        call(number, 10**9 + number, gen_ai__input__messages=messages("Be kind.", f"{number}")) for number in range(5)
    ]
    store.write_spans(spans[3:])
    for _ in range(2):
        store.write_spans(spans)
    (seen,) = store.captures.seen_calls(MODEL)
    assert (seen.operation_name, seen.request_model, seen.parameters, seen.tools) == ("chat", "gpt-4o", {}, None)
    assert (seen.instructions is not None, seen.first_seen_ns, seen.last_seen_ns) == (True, 10**9, 10**9 + 4)


def test_differences(store: Store) -> None:
    """Model, parameters, tools, instructions and the registered prompt tell kinds apart; what users say does not."""
    differences: list[dict[str, Any]] = [
        {},
        {"gen_ai__request__model": "gpt-5"},
        {"gen_ai__request__temperature": 0.7},
        {"gen_ai__request__stop_sequences": ["a", "b"]},
        {"gen_ai__tool__definitions": "[]"},
        {"gen_ai__system_instructions": "Be kind."},
        {"gen_ai__input__messages": messages("Be kind.", "a")},
        {"gen_ai__prompt__name": "greeting", "gen_ai__prompt__version": "3"},
        {"gen_ai__conversation__id": "c", "gen_ai__input__messages": messages("Be kind.", "b")},
    ]
    store.write_spans([call(number, 10**9 + number, **each) for number, each in enumerate(differences)])
    seen = store.captures.seen_calls(MODEL)
    assert len(seen) == len(differences) - 1
    assert [each.parameters for each in seen if each.parameters] == [
        {"request.temperature": "0.7"},
        {"request.stop_sequences": "['a', 'b']"},
        {"prompt.name": "greeting", "prompt.version": "3"},
    ]


def test_bounded(store: Store) -> None:
    """Instructions that change with every call do not fill the store, and what is kept goes on being seen."""
    spans = [
        call(number, 10**9 + number, gen_ai__system_instructions=f"It is {number} o'clock.")
        for number in range(MOST + 50)
    ]
    for begin in range(0, len(spans), 100):
        store.write_spans(spans[begin : begin + 100])
    store.write_spans([call(5000, 2 * 10**9, gen_ai__system_instructions="It is 0 o'clock.")])
    seen = store.captures.seen_calls(MODEL)
    assert (len(seen), seen[0].last_seen_ns) == (MOST, 2 * 10**9)


def test_other_spans(store: Store) -> None:
    """Spans that call no model, or belong to no version, tell nothing."""
    store.write_spans([call(1, 10**9, gen_ai__operation__name="execute_tool"), call(2, 10**9, logged_model__id=None)])
    assert store.captures.seen_calls(MODEL) == []
