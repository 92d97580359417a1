"""Versions from one store into another."""

from __future__ import annotations

import gc
import random
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.processes import clean_environment
from tests.transfer.conftest import (
    EXPERIMENT,
    MakeStore,
    bring,
    capture,
    export,
    exported_models,
    fill,
    log,
    rows,
    span,
    spans,
    version,
)

from verspan.artifacts.contents import verified_chunks
from verspan.artifacts.roots import current_root
from verspan.errors import StoreUnavailableError
from verspan.prompts.checking import checked_content
from verspan.store.interface import Store
from verspan.transfer.exporting import export_file
from verspan.transfer.importing import import_file
from verspan.transfer.model import ExportReport, ImportReport, tell_nobody
from verspan.versions.identity import model_id_for

FIRST = model_id_for(EXPERIMENT, "agent-v1")
JUDGED: dict[str, Any] = {"runs": 1, "results": 3, "datasets": 1, "assessments": 4}


def traces_of(store: Store) -> list[Any]:
    """Every trace of the versions of :func:`spans`, whole; of what the store computes, only its own opinion differs."""
    return [store.get_trace(f"{number + 1:032x}") for number in range(4)]


def known_of(store: Store, model_id: str) -> list[Any]:
    """What is known of a version besides its traces."""
    artifacts = store.artifacts.history(model_id)
    model = store.get_model(model_id)
    return [
        model and replace(model, last_updated_timestamp=0),
        [store.captures.load(kept.capture_id) for kept in store.captures.of(model_id)],
        [replace(prompt, creation_timestamp=0) for prompt in store.prompts.used_by(model_id)],
        artifacts,
        [b"".join(verified_chunks(current_root(store), artifact)) for artifact in artifacts],
        store.figures([model_id]),
    ]


def test_into_an_empty_store(make_store: MakeStore, tmp_path: Path) -> None:
    """A version in another store is what it was: its record, captures, prompts, artifacts, traces and figures."""
    here, there = make_store("here"), make_store("there")
    fill(here)
    exported = export(here, tmp_path / "file.verspan")
    imported = bring(there, tmp_path / "file.verspan")
    size = (tmp_path / "file.verspan").stat().st_size
    assert exported == ExportReport(
        str(tmp_path / "file.verspan"), size, 2, 5, captures=2, prompts=1, artifacts=2, **JUDGED
    )
    assert imported == ImportReport(
        2, 2, 5, 5, captures=2, prompts=1, artifacts=2, new_runs=1, new_assessments=4, **JUDGED
    )
    assert known_of(there, FIRST) == known_of(here, FIRST)
    assert traces_of(there) == [*traces_of(here)[:3], None]
    assert there.prompts.at_alias("answer", "production") is not None


def test_twice_changes_nothing(make_store: MakeStore, tmp_path: Path) -> None:
    """Importing the same file again leaves every row of every table as it is."""
    here, there = make_store("here"), make_store("there")
    fill(here)
    export(here, tmp_path / "file.verspan")
    bring(there, tmp_path / "file.verspan")
    before = rows(there)
    again = bring(there, tmp_path / "file.verspan")
    assert (again.new_models, again.new_spans, again.notes) == (0, 0, ())
    assert rows(there) == before


def test_into_its_own_store(make_store: MakeStore, tmp_path: Path) -> None:
    """Importing a file into the store that it comes from changes nothing."""
    here = make_store("here")
    fill(here)
    export(here, tmp_path / "file.verspan")
    before = rows(here)
    bring(here, tmp_path / "file.verspan")
    assert rows(here) == before


def test_same_bytes(make_store: MakeStore, tmp_path: Path) -> None:
    """What was imported is exported as the same bytes, and in whatever order the versions are given."""
    here, there = make_store("here"), make_store("there")
    fill(here)
    export(here, tmp_path / "first")
    bring(there, tmp_path / "first")
    export(there, tmp_path / "second")
    export_file(here, exported_models(here)[::-1], tmp_path / "third", tell_nobody)
    assert (tmp_path / "second").read_bytes() == (tmp_path / "first").read_bytes()
    assert (tmp_path / "third").read_bytes() == (tmp_path / "first").read_bytes()


def test_into_a_store_that_has_others(make_store: MakeStore, tmp_path: Path) -> None:
    """What the store has stays: its parameters, aliases, prompts and spans; what is not as it was is said."""
    here, there = make_store("here"), make_store("there")
    fill(here)
    there.upsert_model(version("agent-v1", params={"temperature": "0.9"}))
    other = there.upsert_model(version("agent-v9"))
    there.models.set_alias(other.model_id, "champion")
    there.prompts.register("answer", checked_content("Another."))
    there.prompts.register("answer", checked_content("Yet another."))
    there.prompts.set_alias("answer", "production", 1)
    there.write_spans([spans()[1], span(7, 0, "own")])
    export(here, tmp_path / "file.verspan")

    report = bring(there, tmp_path / "file.verspan")

    assert (report.models, report.new_models, report.spans, report.new_spans) == (2, 1, 5, 4)
    assert list(report.notes) == [
        "agent-v1: the parameter 'temperature' stays '0.9', and was '0.7'",
        "agent-v1: the alias 'champion' stays with agent-v9",
        "prompt answer: version 2 is version 3 here, and spans of what was imported still say 2",
        "prompt answer: the alias 'production' stays with version 1",
    ]
    assert [prompt.version for prompt in there.prompts.used_by(FIRST)] == [3]
    assert there.get_trace(f"{8:032x}") is not None


def test_version_without_a_record(make_store: MakeStore, tmp_path: Path) -> None:
    """A version that is known from its spans alone goes with them, and no record is made up for it."""
    here, there = make_store("here"), make_store("there")
    here.write_spans([span(0, 0, "answer")])
    export(here, tmp_path / "file.verspan")
    bring(there, tmp_path / "file.verspan")
    assert there.get_model(FIRST) == here.get_model(FIRST)


def random_value(chance: random.Random, depth: int = 0) -> Any:
    """A value as OpenTelemetry may have it."""
    kinds = ["text", "number", "fraction", "truth", "nothing", "bytes", *(["list", "object"] if depth < 3 else [])]
    made: dict[str, Callable[[], Any]] = {
        "text": lambda: "".join(chance.choices('a"\\\0\n\u20ac\U0001f600\ud800 ', k=chance.randrange(20))),
        "number": lambda: chance.choice((0, -1, 2**63, -(2**80), 7)),
        "fraction": lambda: chance.choice((0.1, -0.0, 1e308, float("inf"))),
        "truth": lambda: chance.random() < 0.5,
        "nothing": lambda: None,
        "bytes": lambda: chance.randbytes(chance.randrange(9)),
        "list": lambda: [random_value(chance, depth + 1) for _ in range(chance.randrange(4))],
        "object": lambda: {str(key): random_value(chance, depth + 1) for key in range(chance.randrange(4))},
    }
    return made[chance.choice(kinds)]()


@pytest.mark.parametrize("seed", range(5))
def test_random_spans(make_store: MakeStore, tmp_path: Path, seed: int) -> None:
    """Spans with whatever values come back as they were, and are exported as the same bytes."""
    chance = random.Random(seed)  # noqa: S311 - the same values in every run
    here, there = make_store("here"), make_store("there")
    names = ["gen_ai.input.messages", "verspan.inputs", "session.id", "verspan.tag.a", "x", "gen_ai.usage.input_tokens"]
    given = [
        span(number // 7, number % 7, f"span {number}", attributes={name: random_value(chance) for name in names})
        for number in range(70)
    ]
    chance.shuffle(given)
    here.write_spans(given)
    export(here, tmp_path / "first")
    bring(there, tmp_path / "first")
    export(there, tmp_path / "second")
    assert (tmp_path / "second").read_bytes() == (tmp_path / "first").read_bytes()
    stored = [each for number in range(10) for each in here.get_trace(f"{number + 1:032x}").spans]  # type: ignore[union-attr] # it is there
    moved = [each for number in range(10) for each in there.get_trace(f"{number + 1:032x}").spans]  # type: ignore[union-attr] # likewise
    assert moved == stored


def test_ten_thousand_spans(make_store: MakeStore, tmp_path: Path) -> None:
    """Ten thousand spans, most of them of one trace, all arrive."""
    here, there = make_store("here"), make_store("there")
    for start in range(0, 9_000, 1_000):
        here.write_spans([span(0, number, "step") for number in range(start, start + 1_000)])
    here.write_spans([span(trace, 0, "answer") for trace in range(1, 1_001)])
    assert export(here, tmp_path / "first").spans == 10_000
    assert bring(there, tmp_path / "first").new_spans == 10_000
    export(there, tmp_path / "second")
    assert (tmp_path / "second").read_bytes() == (tmp_path / "first").read_bytes()


_KILLED = """
import os, signal, sys
from pathlib import Path
from verspan.store.opening import open_store
from verspan.transfer.importing import import_file

def kill_at(progress):
    if (progress.doing, progress.done) == ("importing spans", 2048):
        os.kill(os.getpid(), signal.SIGKILL)

import_file(open_store("sqlite:///" + sys.argv[2]), Path(sys.argv[1]), kill_at)
"""


def test_killed(make_store: MakeStore, tmp_path: Path) -> None:
    """A process that is killed in the middle leaves a part, and importing again completes it."""
    here, there, whole = make_store("here"), make_store("there"), make_store("whole")
    fill(here)
    here.write_spans([span(trace, 0, "answer") for trace in range(10, 4_000)])
    path = tmp_path / "file.verspan"
    export(here, path)
    command = [sys.executable, "-c", _KILLED, str(path), there.location]
    killed = subprocess.run(command, check=False, env=clean_environment())
    assert killed.returncode == -signal.SIGKILL
    report = import_file(there, path, tell_nobody)
    bring(whole, path)
    assert (report.spans, report.new_spans) == (3_995, 3_995 - 2_048)
    assert known_of(there, FIRST) == known_of(whole, FIRST)
    assert there.span_pages.count(FIRST) == whole.span_pages.count(FIRST)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_private(make_store: MakeStore, tmp_path: Path) -> None:
    """Only its owner may read the file, since every message is in it."""
    export(make_store("here"), tmp_path / "file.verspan")
    assert stat.S_IMODE((tmp_path / "file.verspan").stat().st_mode) == 0o600


def test_later_states(make_store: MakeStore, tmp_path: Path) -> None:
    """What was recorded since the first export comes with the next, and only that is new."""
    here, there = make_store("here"), make_store("there")
    fill(here)
    export(here, tmp_path / "first")
    bring(there, tmp_path / "first")
    here.captures.keep(FIRST, capture(b"three"))
    log(here, FIRST, "notes/second.txt", b"More.")
    here.write_spans([span(0, 3, "late")])
    export(here, tmp_path / "second")
    report = bring(there, tmp_path / "second")
    assert (report.new_models, report.new_spans) == (0, 1)
    assert known_of(there, FIRST) == known_of(here, FIRST)


def test_export_that_fails(make_store: MakeStore, tmp_path: Path) -> None:
    """Where a content is gone the export fails, leaves nothing behind, and the file that was there stays."""
    here = make_store("here")
    fill(here)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "file").write_text("the one before")
    for content in (tmp_path / "here" / ".verspan" / "artifacts").rglob("*"):
        content.unlink() if content.is_file() else None
    with pytest.raises(StoreUnavailableError, match="is not at"):
        export(here, tmp_path / "out" / "file")
    gc.collect()
    assert [(path.name, path.read_text()) for path in (tmp_path / "out").iterdir()] == [("file", "the one before")]


def test_progress(make_store: MakeStore, tmp_path: Path) -> None:
    """Long work tells how far it is."""
    here, there = make_store("here"), make_store("there")
    here.write_spans([span(trace, 0, "answer") for trace in range(1_500)])
    told: list[tuple[str, int, int | None]] = []
    export_file(here, exported_models(here), tmp_path / "file", lambda at: told.append((at.doing, at.done, at.total)))
    import_file(there, tmp_path / "file", lambda at: told.append((at.doing, at.done, at.total)))
    assert told == [
        *(("exporting spans", done, 1_500) for done in (512, 1_024, 1_500)),
        ("checking spans", 1_024, 1_500),
        *(("importing spans", done, 1_500) for done in (1_024, 1_500)),
    ]
