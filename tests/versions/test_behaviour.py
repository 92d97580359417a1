"""The kinds of calls that were seen of a version are put together into the states that it went through."""

from __future__ import annotations

from dataclasses import replace

from verspan.versions.behaviour import BehaviourState, SeenCall, behaviour_states

PLAN = SeenCall("chat", "large", {"request.temperature": "0"}, tools="a" * 64, first_seen_ns=10, last_seen_ns=100)
ANSWER = SeenCall("chat", "small", first_seen_ns=12, last_seen_ns=50)
KINDER = replace(ANSWER, instructions="b" * 64, first_seen_ns=60, last_seen_ns=98)
SHORTER = replace(KINDER, parameters={"request.max_tokens": "9"}, first_seen_ns=99, last_seen_ns=101)


def test_nothing_seen() -> None:
    """A version without calls has no state."""
    assert behaviour_states([]) == []


def test_one_state() -> None:
    """Kinds of calls that go on side by side are one state."""
    assert behaviour_states([ANSWER, PLAN]) == [BehaviourState([PLAN, ANSWER], 10, 100)]


def test_next_state() -> None:
    """Where one kind of call takes the place of another a state ends; what goes on is part of both."""
    assert behaviour_states([SHORTER, KINDER, ANSWER, PLAN]) == [
        BehaviourState([PLAN, ANSWER], 10, 60),
        BehaviourState([PLAN, KINDER], 60, 99),
        BehaviourState([PLAN, SHORTER], 99, 101),
    ]


def test_fingerprint() -> None:
    """A state is the same whenever it was seen, and another for another model, parameter, tool or instruction."""
    changes = [
        {"request_model": "other"},
        {"parameters": {}},
        {"tools": None},
        {"instructions": "c" * 64},
        {"operation_name": "text_completion"},
    ]
    calls = [PLAN, *(replace(PLAN, **each) for each in changes)]  # type: ignore[arg-type] # fields of different types
    assert len({BehaviourState([call], 0, 0).fingerprint for call in calls}) == len(calls)
    later = replace(PLAN, first_seen_ns=500, last_seen_ns=600)
    assert BehaviourState([later], 500, 600).fingerprint == BehaviourState([PLAN], 10, 100).fingerprint
    assert BehaviourState([PLAN, ANSWER], 0, 0).fingerprint == BehaviourState([ANSWER, PLAN], 0, 0).fingerprint
