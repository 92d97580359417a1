"""Captures are kept once, noted once, and come back whole."""

from __future__ import annotations

import pytest

from verspan.audit.model import AuditQuery
from verspan.errors import NotFoundError
from verspan.store.interface import Store
from verspan.versions.capture.model import Capture, CodeState, FileMode, FileState
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import LoggedModel

MODELS = [
    LoggedModel(model_id_for("shop", name), name, experiment_id_for("shop"), "shop", 1, 1) for name in ("one", "two")
]
FIRST = Capture(CodeState("a" * 40, files=(FileState("caf\udce9", FileMode.REGULAR, b"\0" * 5000),)))
SECOND = Capture(CodeState("b" * 40))


def test_keep(store: Store) -> None:
    """A capture comes back as it was; its id is the same whoever keeps it, and however often."""
    for model in MODELS:
        store.upsert_model(model)
    ids = {store.captures.keep(model.model_id, FIRST) for model in (*MODELS, *MODELS)}
    (capture_id,) = ids
    assert store.captures.load(capture_id) == FIRST
    for model in MODELS:
        (kept,) = store.captures.of(model.model_id)
        assert (kept.capture_id, kept.model_id, kept.fingerprint) == (capture_id, model.model_id, FIRST.fingerprint)
        assert kept.first_seen_timestamp <= kept.last_seen_timestamp


def test_newest_last(store: Store) -> None:
    """The state that a version was seen in last is the last, and the record tells its id."""
    store.upsert_model(MODELS[0])
    ids = [store.captures.keep(MODELS[0].model_id, each) for each in (FIRST, SECOND)]
    assert [each.capture_id for each in store.captures.of(MODELS[0].model_id)] == ids
    model = store.get_model(MODELS[0].model_id)
    assert model is not None
    assert model.capture_id == ids[-1]


def test_noted_once(store: Store) -> None:
    """A state that a version is first seen in is noted in the audit log, and not again."""
    store.upsert_model(MODELS[0])
    (capture_id,) = {store.captures.keep(MODELS[0].model_id, FIRST) for _ in range(3)}
    (noted,) = store.audit.find(AuditQuery(action="model.capture"), 10)
    assert noted.subject_id == MODELS[0].model_id
    assert noted.after == {"capture_id": capture_id, "fingerprint": FIRST.fingerprint}


def test_nowhere(store: Store) -> None:
    """A version or a capture that is not there is said to be none."""
    with pytest.raises(NotFoundError, match="no version 'm-0'"):
        store.captures.keep("m-0", FIRST)
    with pytest.raises(NotFoundError, match="no capture 'c-0'"):
        store.captures.load("c-0")
    assert store.captures.of("m-0") == []
