"""What tests of artifacts share: a store with a version in it, where this process records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from verspan import context
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.versions import registry
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import LoggedModel

MODEL_ID = model_id_for("shop", "v1")


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No version is active, and artifacts go beside the store."""
    for variable in ("VERSPAN_ACTIVE_MODEL", "VERSPAN_EXPERIMENT_NAME", "VERSPAN_ARTIFACTS"):
        monkeypatch.delenv(variable, raising=False)
    yield
    assert registry.flush(30)
    registry._recorder._known.clear()
    context._state.put()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The store's folder."""
    return tmp_path / ".verspan"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    """A store with the version `v1`, in which this process records."""
    url = f"sqlite:///{folder / 'verspan.db'}"
    with closing(open_store(url)) as store:
        store.upsert_model(LoggedModel(MODEL_ID, "v1", experiment_id_for("shop"), "shop", 1, 1))
        registry.configure_recording(url)
        yield store
        registry.configure_recording(None)


@pytest.fixture
def model_id(store: Store) -> str:
    """The id of that version."""
    assert store.get_model(MODEL_ID) is not None
    return MODEL_ID


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
