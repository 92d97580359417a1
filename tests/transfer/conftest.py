"""Stores to take versions from and to, and what such a version consists of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from verspan import semconv
from verspan.artifacts.contents import Content, keep
from verspan.artifacts.model import Artifact
from verspan.artifacts.progress import Meter
from verspan.artifacts.roots import current_root
from verspan.assessments.model import (
    Assessment,
    AssessmentError,
    AssessmentSource,
    AssessmentSourceType,
    Expectation,
    Feedback,
)
from verspan.datasets.model import Dataset, DatasetRow, RowOrigin, RowSource
from verspan.datasets.rows import new_dataset
from verspan.evaluation.model import EvaluationRun, Goal, RowFailure, RowResult, RunStatus, ScorerRecord, Spent
from verspan.prompts.checking import checked_content
from verspan.prompts.model import PromptLink
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.traces.model import EventRecord, LinkRecord, SpanRecord
from verspan.transfer.exporting import export_file
from verspan.transfer.importing import import_file
from verspan.transfer.model import ExportReport, ImportReport, tell_nobody
from verspan.versions.capture.model import Capture, CodeState, Dependencies, FileMode, FileState, LockFile
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import GitState, LoggedModel, ModelMetric

START_NS = 1_763_885_521_123_456_789
EXPERIMENT = "shop"
MakeStore = Callable[[str], Store]


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No artifact root but the folder beside each store."""
    monkeypatch.delenv("VERSPAN_ARTIFACTS", raising=False)


@pytest.fixture
def make_store(tmp_path: Path) -> Iterator[MakeStore]:
    """Makes stores by name, each in a folder of its own, since artifacts lie beside a store."""
    opened: list[Store] = []

    def make(name: str) -> Store:
        opened.append(open_store(f"sqlite:///{tmp_path / name / '.verspan' / 'verspan.db'}"))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


def version(name: str, **fields: Any) -> LoggedModel:
    """A version's record."""
    created = START_NS // 1_000_000
    return LoggedModel(
        model_id_for(EXPERIMENT, name), name, experiment_id_for(EXPERIMENT), EXPERIMENT, created, created, **fields
    )


def span(trace: int, number: int, name: str, owner: str | None = "agent-v1", **fields: Any) -> SpanRecord:
    """A span of a version, the first of its trace being the root."""
    stamp = (
        {semconv.LOGGED_MODEL_ID: model_id_for(EXPERIMENT, owner), semconv.LOGGED_MODEL_NAME: owner} if owner else {}
    )
    start_ns = START_NS + trace * 1_000_000 + number
    return SpanRecord(
        **{
            "trace_id": f"{trace + 1:032x}",
            "span_id": f"{number + 1:016x}",
            "parent_span_id": None if number == 0 else f"{1:016x}",
            "name": name,
            "kind": "CLIENT",
            "start_ns": start_ns,
            "end_ns": start_ns + 1_000,
            "resource": {"service.name": "shop"},
            "scope_name": "shop.agent",
            "scope_version": "1.0",
            **fields,
            "attributes": {**stamp, **fields.get("attributes", {})},
        }
    )


def chat(asked: str, answered: str) -> dict[str, Any]:
    """Attributes of a call of a model."""
    return {
        semconv.GEN_AI_OPERATION_NAME: "chat",
        semconv.GEN_AI_REQUEST_MODEL: "gpt-4o-mini",
        semconv.GEN_AI_USAGE_INPUT_TOKENS: 20,
        semconv.GEN_AI_INPUT_MESSAGES: [{"role": "user", "parts": [{"type": "text", "content": asked}]}],
        semconv.GEN_AI_OUTPUT_MESSAGES: f'[{{"role": "assistant", "parts": [{{"content": "{answered}"}}]}}]',
    }


STRANGE = {
    "bytes": b"\0\xff",
    "tuple": ("a", 1, None),
    "infinite": -math.inf,
    "large": 2**70,
    "half a character": "\ud800",
    "nested": {"\0str": [1.5, {"deep": True}]},
}


def spans() -> list[SpanRecord]:
    """Traces of two versions, one of which calls the other, with every part that a span can have."""
    failed = EventRecord("exception", START_NS + 2, {"exception.type": "ValueError", "exception.message": "no"})
    link = LinkRecord("0" * 31 + "9", "0" * 15 + "9", {"why": "retry"})
    return [
        span(0, 0, "answer", attributes={semconv.SESSION_ID: "s-1", semconv.VERSPAN_TAG_PREFIX + "team": "support"}),
        span(0, 1, "chat gpt-4o-mini", attributes=chat("Where is it?", "On its way.")),
        span(0, 2, "serve", owner="shop-v3", kind="SERVER"),
        span(1, 0, "t\u00e4st \ud83d", attributes=STRANGE, events=(failed,), links=(link,), status_code="ERROR"),
        span(2, 0, "answer", owner="agent-v2", status_message="fine", status_code="OK"),
        span(3, 0, "nobody's", owner=None),
    ]


def capture(content: bytes) -> Capture:
    """A state with a changed file, a name that is not UTF-8, and a lock."""
    files = (FileState("app.py", FileMode.REGULAR, content), FileState("na\udcffme", FileMode.EXECUTABLE, b"\0" * 9))
    code = CodeState("1a" * 20, branch="main", files=files, patch=b"--- a/app.py\n")
    return Capture(code, Dependencies("3.12.4", packages={"openai": "3.54.0"}, lock=LockFile("uv.lock", b"lock")))


def fill(store: Store) -> list[LoggedModel]:
    """Record two versions with all that a version can have, and traces of these and of others."""
    first = version(
        "agent-v1",
        params={"temperature": "0.7"},
        tags={"team": "support"},
        metrics=(ModelMetric("quality", 0.75, START_NS // 1_000_000, 3, "questions"),),
        note="The first.",
        git=GitState(commit="1a" * 20, branch="main", dirty=True),
        model_type="agent",
    )
    store.upsert_model(first)
    store.upsert_model(version("agent-v2", parent_model_id=first.model_id, params={"temperature": "0.2"}))
    store.models.set_alias(first.model_id, "champion")
    for content in (b"one\r\n", b"two"):
        store.captures.keep(first.model_id, capture(content))
    for text_of in ("Answer {{ question }}.", "Kindly answer {{ question }}."):
        store.prompts.register("answer", checked_content(text_of), commit_message="Begin", tags={"tone": "kind"})
    store.prompts.set_alias("answer", "production", 2)
    store.prompts.link([PromptLink(first.model_id, "answer", 2)])
    log(store, first.model_id, "notes/first.txt", b"Some notes.")
    log(store, first.model_id, "notes/first.txt", b"Other notes.")
    store.write_spans(spans())
    evaluate(store, first.model_id)
    return exported_models(store)


TRACE = f"{1:032x}"
"""A trace of the first version."""
JUDGE = AssessmentSource(AssessmentSourceType.LLM_JUDGE, "gpt-4o-mini")
ANN = AssessmentSource(AssessmentSourceType.HUMAN, "ann")
ROWS = [
    DatasetRow("r-1", {"question": "Where is it?", "\0": [None, 1e300]}, {"expected_facts": ["shipped"]}, {"a": "b"}),
    DatasetRow("r-2", {"question": "\u20ac"}, source=RowSource(RowOrigin.TRACE, {"trace_id": TRACE}), outputs=["no"]),
]


def assessment_id(number: int) -> str:
    """An id as the store makes them."""
    return f"a-{number:032x}"


def run_of(model_id: str, dataset: Dataset, number: int = 1) -> EvaluationRun:
    """An evaluation run with something in every field."""
    scorers = (ScorerRecord("polite", "0123456789ab"), ScorerRecord("cost", "ba98", Goal.LOWER, "gpt-4o-mini"))
    return EvaluationRun(
        f"run-{number:032x}",
        "nightly",
        model_id,
        dataset.name,
        dataset.digest,
        scorers,
        rows=2,
        trials=2,
        status=RunStatus.STOPPED,
        started_ms=1_000 + number,
        ended_ms=9_000,
        tags={"branch": "main"},
        stopped_by="the budget was spent",
        function="app:answer",
    )


def results() -> list[RowResult]:
    """What came of rows, with something in every field."""
    scores = (
        Feedback("polite", (True, 1), "it says please", metadata={"judge": "2"}, trace_id=TRACE, run_id="run-1"),
        Feedback("correct", error=AssessmentError("ValueError", "no answer"), source=JUDGE),
    )
    failure = RowFailure("Timeout", "it took more than 60 s")
    outputs = {"a": [2**70, b"\0"]}
    answered = RowResult("r-1", 0, TRACE, outputs, duration_ms=12.5, spent=Spent(2, 10, 5, 0.25, 1), scores=scores)
    return [answered, RowResult("r-1", 1, failure=failure, judging=Spent(1)), RowResult("r-2", inputs={"q": 1})]


def assessments() -> list[Assessment]:
    """What was said of a trace, in this order: a correction, what is left of it, and what was withdrawn."""
    common: dict[str, Any] = {"trace_id": TRACE, "create_time_ms": 1_000}
    helpful = Feedback("helpful", value=True, source=ANN, assessment_id=assessment_id(9), **common)
    return [
        helpful,
        Expectation(
            "facts", ["shipped", 3], ANN, {"by": "mail"}, span_id=f"{1:016x}", assessment_id=assessment_id(2), **common
        ),
        replace(helpful, value=False, assessment_id=assessment_id(1), overrides=helpful.assessment_id),
        Feedback("tone", error=AssessmentError("Timeout"), run_id="run-1", assessment_id=assessment_id(4), **common),
    ]


def evaluate(store: Store, model_id: str) -> None:
    """Record an evaluation of a version over a dataset, and what was said of a trace of it."""
    made = replace(new_dataset("support", ROWS, {"owner": "ann"}), created_ms=START_NS // 1_000_000)
    run = run_of(model_id, store.datasets.keep(made))
    store.evaluations.keep_run(run)
    store.evaluations.keep_rows(run.run_id, results())
    said = assessments()
    store.assessments.add(said[:2])
    store.assessments.add(said[2:])
    store.assessments.withdraw(assessment_id(4))


def log(store: Store, model_id: str, path: str, content: bytes) -> None:
    """Log an artifact of a version."""
    import io

    root = current_root(store)
    kept = keep(root, Content(path, lambda: io.BytesIO(content)), Meter("", 1, len(content)))
    logged = START_NS // 1_000_000 + len(content)
    store.artifacts.log(model_id, [Artifact(path, kept.digest, kept.size, "text/plain", logged)])


def exported_models(store: Store) -> list[LoggedModel]:
    """The records of the two versions."""
    found = [store.get_model(model_id_for(EXPERIMENT, name)) for name in ("agent-v1", "agent-v2")]
    return [model for model in found if model]


def export(store: Store, path: Path) -> ExportReport:
    """Export the two versions."""
    return export_file(store, exported_models(store), path, tell_nobody)


def bring(store: Store, path: Path) -> ImportReport:
    """Import a file."""
    return import_file(store, path, tell_nobody)


def rows(store: Store) -> dict[str, list[Any]]:
    """Every row of every table of a store, as it stands there; the word index by the tables that it consists of."""
    engine = create_engine(f"sqlite:///{store.location}")
    try:
        with engine.connect() as connection:
            names = [name for name in inspect(connection).get_table_names() if name != "trace_words"]
            return {name: list(connection.execute(text(f'SELECT * FROM "{name}"'))) for name in names}  # noqa: S608 - names of a test's own store
    finally:
        engine.dispose()
