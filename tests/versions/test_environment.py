"""The record of a version that the environment alone names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Tracer

from verspan.processor import VersionSpanProcessor
from verspan.store.interface import ModelQuery
from verspan.store.opening import open_store
from verspan.versions import active, life, registry
from verspan.versions.environment import EnvironmentVersionProcessor
from verspan.versions.identity import model_id_for


@pytest.fixture
def tracer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tracer]:
    """A tracer in a process that was told its version by the environment."""
    monkeypatch.setenv("VERSPAN_ACTIVE_MODEL", "agent-5")
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(VersionSpanProcessor())
    provider.add_span_processor(EnvironmentVersionProcessor())
    yield provider.get_tracer("app")
    provider.shutdown()


def names_at(url: str) -> list[tuple[str, str]]:
    """Experiment and name of every version in a store."""
    assert registry.flush(30)
    with closing(open_store(url)) as store:
        return [(model.experiment_name, model.name) for model in store.find_models(ModelQuery())]


def test_recorded(tracer: Tracer, recording: str, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version has its record, git state included, from its first span on, under the experiment of that moment."""
    monkeypatch.chdir(repository)
    active.set_experiment("shop")
    for _ in range(2):
        tracer.start_span("one").end()
    assert names_at(recording) == [("shop", "agent-5")]
    kept = life.get_logged_model(model_id_for("shop", "agent-5"))
    assert kept.git is not None
    assert (kept.git.branch, kept.git.dirty) == ("main", False)


def test_not_before_a_span_carries_it(tracer: Tracer, recording: str) -> None:
    """A span of another version does not record it, and a later one of its own does."""
    with active.active_model("canary"):
        tracer.start_span("one").end()
    assert names_at(recording) == [("Default", "canary")]
    tracer.start_span("two").end()
    assert sorted(names_at(recording)) == [("Default", "agent-5"), ("Default", "canary")]


def test_overruled(tracer: Tracer, recording: str) -> None:
    """A version that code names takes the environment's place."""
    active.set_active_model(name="agent-6")
    tracer.start_span("one").end()
    assert names_at(recording) == [("Default", "agent-6")]


def test_id(tracer: Tracer, recording: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a version that is known by its id alone there is nothing to record."""
    monkeypatch.setenv("VERSPAN_ACTIVE_MODEL", model_id_for("shop", "agent"))
    tracer.start_span("one").end()
    assert names_at(recording) == []
