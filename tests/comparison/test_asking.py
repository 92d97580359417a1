"""`verspan.compare`: which runs are compared, by what, and what is said beside the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.comparison.evaluations import exact, row, run
from tests.tracing.conftest import captured_by_hand

import verspan
from verspan.comparison.model import Basis, Direction, RowVerdict
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.evaluation.model import EvaluationRun, RowResult, RunStatus
from verspan.evaluation.result import EvaluationResult
from verspan.settings import ContentMode
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.testing import CapturedTelemetry
from verspan.versions import registry
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import LoggedModel

V1, V2 = (model_id_for("shop", name) for name in ("agent-v1", "agent-v2"))


def version(name: str, **fields: Any) -> LoggedModel:
    return LoggedModel(model_id_for("shop", name), name, experiment_id_for("shop"), "shop", 0, 0, **fields)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store with two versions of an agent, outside any repository."""
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / 'verspan.db'}"
    registry.configure_recording(url)
    with closing(open_store(url)) as opened:
        opened.upsert_model(version("agent-v1", params={"temperature": "0.7"}))
        opened.upsert_model(version("agent-v2", params={"temperature": "0.2"}))
        yield opened
    registry.configure_recording(None)
    registry._recorder._known.clear()  # or it would be recorded in whatever store comes next


@pytest.fixture
def captured() -> Iterator[CapturedTelemetry]:
    """Spans of this process, in memory."""
    with captured_by_hand(ContentMode.LOCAL) as captured:
        yield captured


def keep(store: Store, kept: EvaluationRun, results: Sequence[RowResult]) -> EvaluationRun:
    store.evaluations.keep_run(kept)
    store.evaluations.keep_rows(kept.run_id, results)
    return kept


def keep_both(store: Store, numbers: tuple[int, int] = (1, 2), **fields: Any) -> tuple[EvaluationRun, EvaluationRun]:
    """A run of each version over forty rows, of which the later version gets half as many right."""
    before = keep(store, run(numbers[0], V1, **fields), exact([True] * 32 + [False] * 8))
    after = keep(store, run(numbers[1], V2, **fields), exact([True] * 16 + [False] * 24))
    return before, after


def test_evaluations_come_first(store: Store) -> None:
    """Two versions that were evaluated over the same rows are compared by that, with rows and what changed."""
    runs = keep_both(store)
    found = verspan.compare("agent-v1", "agent-v2")
    assert (found.basis, found.runs, found.baseline, found.candidate) == (
        Basis.EVALUATION,
        runs,
        "agent-v1",
        "agent-v2",
    )
    assert [metric.metric for metric in found.metrics] == [
        "exact",
        "failure rate",
        "latency p50",
        "latency p95",
        "latency p99",
    ]
    correct = found.of("exact")
    assert correct.difference is not None
    assert (correct.direction, correct.difference.baseline, correct.difference.candidate) == (Direction.WORSE, 0.8, 0.4)
    assert correct.difference.method == "Newcombe's score interval for pairs, McNemar's exact test"
    assert found.of("failure rate").direction is Direction.NO_EVIDENCE
    assert [each.verdict for each in found.rows] == [RowVerdict.REGRESSED] * 16 + [RowVerdict.UNCHANGED] * 24
    assert found.why is not None
    assert found.why.params is not None
    assert found.why.params.changed["temperature"].after == "0.2"
    text = str(found)
    assert "row by row: 16 regressed, 24 unchanged" in text
    assert "  parameters: 1 changed: temperature\n" in text
    assert "everything: verspan diff agent-v1 agent-v2" in text


def test_newest_of_the_same_rows(store: Store) -> None:
    """Of several runs the newest finished ones are taken that are over the same version of a dataset."""
    keep_both(store, (1, 2))
    newest = keep_both(store, (3, 4))
    keep(store, run(5, V1, digest="e" * 64), exact([True]))
    keep(store, run(6, V1, status=RunStatus.STOPPED), exact([True]))
    assert verspan.compare("agent-v1", "agent-v2").runs == newest


def test_other_versions_of_the_dataset(store: Store) -> None:
    """Runs over other versions of a dataset are compared where that is asked for, by the rows of both, and said."""
    keep(store, run(1, V1, digest="1" * 64), exact([True] * 30))
    keep(store, run(2, V2, digest="2" * 64), exact([True] * 30, first=10))
    assert verspan.compare("agent-v1", "agent-v2").basis is Basis.TRAFFIC
    found = verspan.compare("agent-v1", "agent-v2", dataset="support")
    assert found.warnings == [
        (
            "the runs are over different versions of the dataset, support@11111111 and support@22222222:"
            " only the 20 rows that both have, of 30 and 30, are compared"
        )
    ]
    correct = found.of("exact").difference
    assert correct is not None
    assert correct.rows == (20, 20)
    assert [each.verdict for each in found.rows].count(RowVerdict.NOT_COMPARABLE) == 20
    with pytest.raises(NotFoundError, match="agent-v1 has finished runs over support@11111111; agent-v2 has finished"):
        verspan.compare("agent-v1", "agent-v2", dataset="support@1111")


def test_runs_and_results(store: Store) -> None:
    """Runs are compared by their ids and as they were given, those of one version and those without one included."""
    before, after = keep_both(store)
    expected = verspan.compare("agent-v1", "agent-v2")
    assert verspan.compare(before.run_id, after.run_id) == expected
    results = [EvaluationResult(each, store.evaluations.rows(each.run_id)) for each in (before, after)]
    assert verspan.compare(results[0], results[1]) == expected
    assert verspan.compare("agent-v1", results[1]) == expected
    with pytest.raises(NotFoundError, match="no two runs to compare"):
        verspan.compare("agent-v1", results[0])
    again = keep(store, run(3, V1), exact([True] * 40))
    same = verspan.compare(before.run_id, again.run_id)
    assert (same.baseline, same.candidate, same.why) == ("agent-v1 (run-00000000)", "agent-v1 (run-00000000)", None)
    loose = [EvaluationResult(run(number), exact([True] * 9)) for number in (7, 8)]
    found = verspan.compare(loose[0], loose[1])
    assert (found.baseline, found.candidate, found.why) == ("run 7", "run 8", None)


@pytest.mark.usefixtures("store")
def test_evaluated_together(captured: CapturedTelemetry) -> None:
    """What evaluating two versions at once gives is compared as it is; so few rows are too few, and that is said."""
    results = verspan.evaluate(
        [{"row_id": name, "inputs": {"question": name}} for name in ("a", "b", "c")],
        {"together-v1": lambda question: question, "together-v2": lambda question: question.upper()},
        [verspan.scorer(name="loud")(lambda outputs: outputs.isupper())],
    )
    found = verspan.compare(results["together-v1"], results["together-v2"])
    assert (found.baseline, found.candidate) == ("together-v1", "together-v2")
    assert {metric.direction for metric in found.metrics} == {Direction.TOO_FEW}
    assert [each.verdict for each in found.rows] == [RowVerdict.IMPROVED] * 3
    assert [(each.baseline[0].outputs, each.candidate[0].outputs) for each in found.rows] == [
        ("a", "A"),
        ("b", "B"),
        ("c", "C"),
    ]
    traces = {result.trace_id for each in found.rows for result in (*each.baseline, *each.candidate)}
    assert len(traces) == len(captured.spans()) == 6


def test_traffic_where_it_is_asked_for(store: Store) -> None:
    """A time, an environment or `on` choose traffic, whatever was evaluated; what changed is told there, too."""
    keep_both(store)
    found = verspan.compare("agent-v1", "agent-v2", on="traffic")
    assert (found.basis, found.runs, found.rows) == (Basis.TRAFFIC, None, ())
    assert found.why is not None
    assert verspan.compare("agent-v1", "agent-v2", environment="production").basis is Basis.TRAFFIC
    assert verspan.compare("agent-v1", "agent-v2", on="traffic", why=False).why is None


def test_without_git(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no git at hand the numbers are there all the same, and what is untold is said."""
    keep_both(store)
    monkeypatch.setenv("PATH", "")
    text = str(verspan.compare("agent-v1", "agent-v2"))
    assert "  untold: code, dependencies, environment, entry point\n" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"on": "feeling"}, "it is one of evaluation, traffic"),
        ({"dataset": "support", "environment": "production"}, "ask for one"),
        ({"on": "evaluation", "environment": "production"}, "say none with evaluation"),
        ({"alpha": 5.0}, "alpha is between 0 and 1"),
        ({"candidate": "agent-v1"}, "agent-v1 is compared with itself"),
        ({"candidate": run(2).run_id, "on": "traffic"}, "ask for one"),
    ],
)
def test_refused(store: Store, arguments: dict[str, Any], message: str) -> None:
    """A question that nothing answers is refused with what to ask instead."""
    keep_both(store)
    with pytest.raises(InvalidArgumentError, match=message):
        verspan.compare(**{"baseline": "agent-v1", "candidate": "agent-v2", **arguments})


def test_no_runs(store: Store) -> None:
    """Versions that were not both evaluated have no runs to compare, and what to type is said."""
    keep(store, run(1, V1), [row("a")])
    with pytest.raises(NotFoundError, match=r"agent-v2 has finished runs over nothing\. Evaluate both"):
        verspan.compare("agent-v1", "agent-v2", on="evaluation")
