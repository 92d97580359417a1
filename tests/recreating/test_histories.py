"""Whatever happens to a repository: a version that was recorded of it is recreated byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.recreating.histories import History, snapshot

from verspan.recreating.api import checkout_from
from verspan.store.interface import Store
from verspan.versions.capture.code import read_code
from verspan.versions.capture.model import Capture
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import LoggedModel

CAP = 1 << 24


def record(store: Store, name: str, capture: Capture) -> LoggedModel:
    """A version that was seen in a state."""
    model = LoggedModel(model_id_for("shop", name), name, experiment_id_for("shop"), "shop", 1, 1)
    store.upsert_model(model)
    store.captures.keep(model.model_id, capture)
    return model


@pytest.mark.parametrize("seed", range(12))
def test_history(seed: int, tmp_path: Path, store: Store) -> None:
    """Versions of a random history, recorded along its way, are all recreated as they were when it has gone on."""
    history = History(tmp_path / "app", seed)
    states = {}
    for number in range(4):
        for _ in range(7):
            history.step()
        states[f"v{number}"] = snapshot(history.root)
        record(store, f"v{number}", Capture(read_code(history.root, CAP)))
    for name, state in states.items():
        made = checkout_from(store, name, tmp_path / name, repository=history.root)
        assert (made.exact, made.missing) == (True, ())
        assert snapshot(tmp_path / name) == state


def test_read_again(tmp_path: Path, store: Store) -> None:
    """A recreated tree is the same state as the one that it was recreated from."""
    history = History(tmp_path / "app", 5)
    for _ in range(20):
        history.step()
    history.git("config", "core.autocrlf", "false")
    state = read_code(history.root, CAP)
    record(store, "v", Capture(state))
    checkout_from(store, "v", tmp_path / "again", repository=history.root)
    assert read_code(tmp_path / "again", CAP).fingerprint == state.fingerprint
