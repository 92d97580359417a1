"""From what people type to the version or trace they mean."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from verspan.cli.resolve import resolve_model, resolve_trace_id
from verspan.errors import NotFoundError
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan.versions.identity import model_id_for
from verspan.versions.model import LoggedModel


def test_name_before_beginning(store: Store, make_model: Callable[..., LoggedModel]) -> None:
    """A whole name means that version, though it begins another's name."""
    store.upsert_model(make_model("agent"))
    store.upsert_model(make_model("agent-2"))
    assert resolve_model(store, "agent").name == "agent"
    assert resolve_model(store, "agent-").name == "agent-2"


def test_same_name_in_two_experiments(store: Store, make_model: Callable[..., LoggedModel]) -> None:
    """A name that two experiments have means neither, until the experiment or the id is given."""
    store.upsert_model(make_model("v1", experiment="shop"))
    store.upsert_model(make_model("v1", experiment="blog"))
    with pytest.raises(NotFoundError, match="may be any of these versions") as raised:
        resolve_model(store, "v1")
    assert all(model_id_for(experiment, "v1") in str(raised.value) for experiment in ("shop", "blog"))
    assert resolve_model(store, "v1", "blog").experiment_name == "blog"
    assert resolve_model(store, model_id_for("shop", "v1")).experiment_name == "shop"


def test_unknown_id(store: Store) -> None:
    """A whole id that is not there is not taken for the beginning of anything."""
    with pytest.raises(NotFoundError, match="no version has a name or an id"):
        resolve_model(store, "m-" + "0" * 32)


def test_many_candidates(store: Store, make_model: Callable[..., LoggedModel]) -> None:
    """Of many candidates ten are listed."""
    for number in range(12):
        store.upsert_model(make_model(f"v{number:02}"))
    with pytest.raises(NotFoundError) as raised:
        resolve_model(store, "v")
    lines = str(raised.value).splitlines()
    assert (len(lines), lines[-1]) == (12, "  …")


def test_trace_ids(store: Store, make_span: Callable[..., SpanRecord]) -> None:
    """A trace is meant by its id or the only beginning, in capitals too."""
    store.write_spans([make_span(1, "a", trace_id="ab" * 16), make_span(2, "b", trace_id="ac" * 16)])
    assert resolve_trace_id(store, "ab" * 16) == "ab" * 16
    assert resolve_trace_id(store, " AC") == "ac" * 16
    with pytest.raises(NotFoundError, match="begins the ids of several traces"):
        resolve_trace_id(store, "a")
