"""A store in which this process records, with a trace of two spans in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from verspan.store.conformance.records import model, span, stamp
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.versions import registry


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store, where changes are made by ada."""
    monkeypatch.setenv("VERSPAN_ACTOR", "ada")
    url = f"sqlite:///{tmp_path / 'verspan.db'}"
    registry.configure_recording(url)
    with closing(open_store(url)) as opened:
        opened.upsert_model(model("v1"))
        opened.write_spans([span(1, attributes=stamp("v1")), span(2, parent=1, attributes=stamp("v1"))])
        yield opened
    registry.configure_recording(None)
