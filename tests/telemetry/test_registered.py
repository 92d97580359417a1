"""A version's record as attributes of a span, and back."""

from __future__ import annotations

from typing import Any

import pytest

from verspan.telemetry.registered import record_from_registered_span, registered_attributes, told_apart
from verspan.traces.model import SpanRecord
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import GitState, LoggedModel, LoggedModelStatus

URL = "https://example.com/agent.git"
BARE = LoggedModel(model_id_for("shop", "v1"), "v1", experiment_id_for("shop"), "shop", 5, 7)
WHOLE = LoggedModel(
    BARE.model_id,
    BARE.name,
    BARE.experiment_id,
    BARE.experiment_name,
    BARE.creation_timestamp,
    BARE.last_updated_timestamp,
    LoggedModelStatus.FAILED,
    GitState("c" * 40, "main", URL, dirty=False),
    {"temperature": "0.7", "a.b": "c"},
    {"team": "tea"},
    fingerprint="f" * 64,
)


def sent(attributes: dict[str, Any], name: str = "logged_model.registered") -> SpanRecord:
    """A span as it is received."""
    return SpanRecord("a" * 32, "b" * 16, None, name, "INTERNAL", 1, 2, attributes=attributes)


def test_attributes() -> None:
    """The record's words are the conventions' where they have one."""
    assert registered_attributes(WHOLE) == {
        "logged_model.id": WHOLE.model_id,
        "logged_model.name": "v1",
        "logged_model.experiment.name": "shop",
        "logged_model.status": "FAILED",
        "logged_model.creation_timestamp": 5,
        "logged_model.last_updated_timestamp": 7,
        "logged_model.fingerprint": "f" * 64,
        "logged_model.git.dirty": False,
        "vcs.ref.head.revision": "c" * 40,
        "vcs.ref.head.name": "main",
        "vcs.repository.url.full": URL,
        "logged_model.param.temperature": "0.7",
        "logged_model.param.a.b": "c",
        "logged_model.tag.team": "tea",
    }


@pytest.mark.parametrize("model", [BARE, WHOLE], ids=["bare", "whole"])
def test_there_and_back(model: LoggedModel) -> None:
    """Whoever receives the span has the same record, also where the span carries more."""
    assert record_from_registered_span(sent({**registered_attributes(model), "session.id": "s"})) == model


@pytest.mark.parametrize(
    "changed",
    [
        {"logged_model.id": model_id_for("shop", "v2")},
        {"logged_model.id": None},
        {"logged_model.fingerprint": "f" * 63},
        {"logged_model.fingerprint": 7},
        {"logged_model.name": ""},
        {"logged_model.name": 5},
        {"logged_model.experiment.name": "\x1b[31m"},
        {"logged_model.status": "GONE"},
        {"logged_model.tag.book": "x" * 10_000_000},
        {"logged_model.param.": "nameless"},
        {"logged_model.param.a": "\0"},
        {"logged_model.creation_timestamp": "5"},
        {"logged_model.creation_timestamp": -1},
        {"logged_model.last_updated_timestamp": 2**63},
        {"logged_model.last_updated_timestamp": True},
    ],
)
def test_no_record(changed: dict[str, Any]) -> None:
    """What cannot be a record, or is another version's, is taken for an ordinary span."""
    span = sent({**registered_attributes(WHOLE), **changed})
    assert record_from_registered_span(span) is None
    assert told_apart([span]) == ([], [span])


def test_odd_words() -> None:
    """What is said of git in another type is left out, and a remote's address never keeps credentials."""
    odd = {
        "vcs.ref.head.revision": 5,
        "vcs.ref.head.name": "",
        "vcs.repository.url.full": "https://ann:SECRET@example.com/agent.git",
        "logged_model.git.dirty": "no",
    }
    found = record_from_registered_span(sent({**registered_attributes(BARE), **odd}))
    assert found is not None
    assert found.git == GitState(remote_url=URL)


def test_told_apart() -> None:
    """Other spans stay what they are, in their order."""
    one, two = sent({}, "one"), sent(registered_attributes(WHOLE), "two")
    assert told_apart([one, sent(registered_attributes(BARE)), two]) == ([BARE], [one, two])
