"""Evaluation runs, datasets and assessments from one store into another."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from tests.transfer.conftest import (
    ANN,
    EXPERIMENT,
    ROWS,
    TRACE,
    MakeStore,
    assessment_id,
    assessments,
    bring,
    export,
    exported_models,
    fill,
    results,
    rows,
    run_of,
    span,
)

from verspan.assessments.model import Feedback
from verspan.assessments.records import AssessmentQuery
from verspan.datasets.rows import new_dataset
from verspan.evaluation.model import RunStatus
from verspan.evaluation.records import RunQuery
from verspan.store.interface import Store
from verspan.transfer.exporting import export_file
from verspan.transfer.model import tell_nobody
from verspan.versions.identity import model_id_for

FIRST = model_id_for(EXPERIMENT, "agent-v1")
_OF_EVALUATIONS = ("dataset_versions", "dataset_rows", "dataset_version_rows", "evaluation_runs", "evaluation_rows")


def everything_said(store: Store) -> list[Any]:
    """All assessments of a store, what was overridden included."""
    return list(store.assessments.find(AssessmentQuery(include_overridden=True)))


def judged(store: Store) -> list[Any]:
    """Every row of the tables of evaluations, and every assessment without its key, which is the store's own."""
    kept = rows(store)
    return [*(kept[name] for name in _OF_EVALUATIONS), sorted(tuple(row)[1:] for row in kept["assessments"])]


def test_row_by_row(make_store: MakeStore, tmp_path: Path) -> None:
    """Every row of datasets, runs and results, and every assessment with its history, is what it was."""
    here, there = make_store("here"), make_store("there")
    fill(here)
    export(here, tmp_path / "file.verspan")
    bring(there, tmp_path / "file.verspan")
    assert judged(there) == judged(here)
    assert everything_said(there) == everything_said(here)
    assert [each.valid for each in everything_said(there)] == [False, True, True, False]
    assert there.datasets.load("support") == here.datasets.load("support")
    (run,) = there.evaluations.find_runs(RunQuery(FIRST))
    assert run == here.evaluations.find_runs(RunQuery())[0]
    assert there.evaluations.rows(run.run_id) == here.evaluations.rows(run.run_id)
    assert len(there.evaluations.rows(run.run_id)) == len(results())


def test_what_goes_along(make_store: MakeStore, tmp_path: Path) -> None:
    """With a version go its runs, the datasets of these and what was said of its traces, and none of another's."""
    here, there = make_store("here"), make_store("there")
    fill(here)
    other = here.datasets.keep(new_dataset("sales", ROWS[:1]))
    here.evaluations.keep_run(run_of(model_id_for(EXPERIMENT, "agent-v2"), other, number=2))
    here.assessments.add(
        [Feedback("tone", "kind", trace_id=f"{3:032x}"), Feedback("tone", "kind", trace_id=f"{4:032x}")]
    )
    export_file(here, exported_models(here)[:1], tmp_path / "first", tell_nobody)
    bring(there, tmp_path / "first")
    assert [each.name for each in there.datasets.versions()] == ["support"]
    assert [run.model_id for run in there.evaluations.find_runs(RunQuery())] == [FIRST]
    assert {each.trace_id for each in everything_said(there)} == {TRACE}


def test_left_out(make_store: MakeStore, tmp_path: Path) -> None:
    """Without them the file is of the first version of the format, which older Verspans read, and else it is not."""
    here, there = make_store("here"), make_store("there")
    fill(here)
    report = export_file(here, exported_models(here), tmp_path / "without", tell_nobody, evaluations=False)
    export(here, tmp_path / "with")
    assert (report.runs, report.results, report.datasets, report.assessments) == (0, 0, 0, 0)
    assert [format_version(tmp_path / name) for name in ("without", "with")] == [1, 2]
    bring(there, tmp_path / "without")
    assert judged(there) == [[], [], [], [], [], []]


def format_version(path: Path) -> int:
    """That of a file."""
    with ZipFile(path) as file:
        version: int = json.loads(file.read("manifest.json"))["format_version"]
    return version


def test_of_a_version_without_a_record(make_store: MakeStore, tmp_path: Path) -> None:
    """What was said of a version that is known from its spans alone goes with these."""
    here, there = make_store("here"), make_store("there")
    here.write_spans([span(0, 0, "answer")])
    said = here.assessments.add(assessments()[:2])
    export_file(here, exported_models(here), tmp_path / "file", tell_nobody)
    assert bring(there, tmp_path / "file").new_assessments == 2
    assert everything_said(there) == list(said)


def test_dataset_that_is_not_there(make_store: MakeStore, tmp_path: Path) -> None:
    """A run whose dataset was never kept goes without it."""
    here, there = make_store("here"), make_store("there")
    here.write_spans([span(0, 0, "answer")])
    here.evaluations.keep_run(run_of(FIRST, new_dataset("support", ROWS)))
    export_file(here, exported_models(here), tmp_path / "file", tell_nobody)
    report = bring(there, tmp_path / "file")
    assert (report.runs, report.datasets) == (1, 0)


def test_goes_on_elsewhere(make_store: MakeStore, tmp_path: Path) -> None:
    """A run that was not at its end when it was taken along is brought to it by the next file, and not back again."""
    here, there = make_store("here"), make_store("there")
    here.write_spans([span(0, 0, "answer")])
    ended = replace(run_of(FIRST, new_dataset("support", ROWS)), status=RunStatus.FINISHED)
    here.evaluations.keep_run(replace(ended, status=RunStatus.RUNNING, ended_ms=None))
    export_file(here, exported_models(here), tmp_path / "begun", tell_nobody)
    here.evaluations.keep_run(ended)
    here.evaluations.keep_rows(ended.run_id, results())
    export_file(here, exported_models(here), tmp_path / "ended", tell_nobody)
    for name in ("begun", "ended"):
        assert bring(there, tmp_path / name).notes == ()
    assert judged(there) == judged(here)
    notes = bring(there, tmp_path / "begun").notes
    assert notes == (f"evaluation run nightly ({ended.run_id}) stays as it is here, and was another",)
    assert judged(there) == judged(here)


def test_conflicts(make_store: MakeStore, tmp_path: Path) -> None:
    """What the store has stays: datasets, runs, results and corrections; what is not as it was is said."""
    here, there = make_store("here"), make_store("there")
    fill(here)
    export(here, tmp_path / "file")
    kept = there.datasets.keep(new_dataset("support", ROWS, {"owner": "bob"}))
    run = replace(run_of(FIRST, kept), name="another", status=RunStatus.FINISHED)
    there.evaluations.keep_run(run)
    there.evaluations.keep_rows(run.run_id, [replace(results()[0], outputs="another")])
    said = assessments()
    there.assessments.add([said[0], replace(said[1], value="another")])
    there.assessments.add([Feedback("helpful", value=1, source=ANN, trace_id=TRACE, overrides=assessment_id(9))])

    report = bring(there, tmp_path / "file")

    where = f"trace {TRACE}: the assessment"
    assert list(report.notes) == [
        f"dataset support: the tags of version {kept.digest[:8]} stay as they are here",
        f"evaluation run nightly ({run.run_id}) stays as it is here, and was another",
        f"evaluation run {run.run_id}: 1 results stay as they are here, and were others",
        f"{where} {assessment_id(2)} of 'facts' stays as it is here, and was another",
        f"{where} {assessment_id(1)} of 'helpful' is left out, since what it overrides was overridden or withdrawn here",  # noqa: E501 - one line
    ]
    assert (report.new_runs, report.new_assessments) == (0, 1)
    assert there.evaluations.load_run(run.run_id) == run
    assert there.evaluations.rows(run.run_id)[0].outputs == "another"
    assert [each.value for each in everything_said(there) if each.valid] == ["another", 1]


def test_withdrawn_elsewhere(make_store: MakeStore, tmp_path: Path) -> None:
    """What was withdrawn or corrected where it comes from after it was first taken along is so here too."""
    here, there = make_store("here"), make_store("there")
    here.write_spans([span(0, 0, "answer")])
    said = assessments()
    here.assessments.add([said[0], said[3]])
    export_file(here, exported_models(here), tmp_path / "before", tell_nobody)
    here.assessments.withdraw(assessment_id(4))
    here.assessments.add([said[2]])
    export_file(here, exported_models(here), tmp_path / "after", tell_nobody)
    for name, new in (("before", 2), ("after", 1), ("before", 0)):
        report = bring(there, tmp_path / name)
        assert (report.new_assessments, report.notes) == (new, ())
    assert sorted(everything_said(there), key=str) == sorted(everything_said(here), key=str)


def test_clocks_that_disagree(make_store: MakeStore, tmp_path: Path) -> None:
    """A correction that is older than what it corrects, by another machine's clock, is taken along all the same."""
    here, there = make_store("here"), make_store("there")
    here.write_spans([span(0, 0, "answer")])
    first, _, second, _ = assessments()
    here.assessments.add([first])
    here.assessments.add([replace(second, create_time_ms=1)])
    export_file(here, exported_models(here), tmp_path / "file", tell_nobody)
    bring(there, tmp_path / "file")
    assert everything_said(there) == everything_said(here)
