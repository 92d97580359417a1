"""What keeps a comparison of two runs from being about the two versions alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verspan.comparison.run_metrics import not_compared
from verspan.comparison.runs import RunPair
from verspan.evaluation.model import EvaluationRun, RunStatus, ScorerRecord

_MS_OF_A_DAY: Final = 24 * 3600 * 1000


def run_warnings(pair: RunPair) -> list[str]:
    """A sentence for each way in which two runs were not made alike, and for each score that is not compared."""
    baseline, candidate = (each.run for each in pair.both)
    return [
        *_rows(pair),
        *_scorers(baseline, candidate),
        *_making(baseline, candidate),
        *(warning for each in pair.both for warning in _unfinished(each.run, each.label)),
        *not_compared(pair),
    ]


def _rows(pair: RunPair) -> Iterator[str]:
    baseline, candidate = (each.run for each in pair.both)
    counts = [len(each.trials) for each in pair.both]
    if not pair.common and all(counts):
        yield "the runs have no row in common: each is a sample of its own, and nothing is paired"
    elif baseline.dataset_digest != candidate.dataset_digest:
        yield (
            f"the runs are over different versions of the dataset, {_dataset(baseline)} and {_dataset(candidate)}:"
            f" only the {len(pair.common)} rows that both have, of {counts[0]} and {counts[1]}, are compared"
        )


def _dataset(run: EvaluationRun) -> str:
    return f"{run.dataset_name}@{run.dataset_digest[:8]}"


def _scorers(baseline: EvaluationRun, candidate: EvaluationRun) -> Iterator[str]:
    before, after = ({scorer.name: scorer for scorer in run.scorers} for run in (baseline, candidate))
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            yield f"{name} was scored in the {'candidate' if old is None else 'baseline'}'s run alone"
        elif _judge(old) != _judge(new):
            yield f"{name} was scored by {_judge(old)} and by {_judge(new)}, which may judge differently"


def _judge(scorer: ScorerRecord) -> str:
    return f"version {scorer.version}" + (f" with {scorer.model}" if scorer.model else "")


def _making(baseline: EvaluationRun, candidate: EvaluationRun) -> Iterator[str]:
    if baseline.trials != candidate.trials:
        yield f"rows were answered {baseline.trials} and {candidate.trials} times: a row is the mean of its trials"
    if baseline.function != candidate.function:
        yield f"other functions answered: {baseline.function or 'none'} and {candidate.function or 'none'}"
    first, second = sorted((baseline, candidate), key=lambda run: run.started_ms)
    if second.started_ms > (first.ended_ms or first.started_ms):
        days = (second.started_ms - first.started_ms) // _MS_OF_A_DAY
        apart = f", {days} days apart" if days else ""
        yield (
            f"the runs were made one after the other{apart}: what changed meanwhile, such as a provider's model or the"
            " machine's load, is in their difference"
        )


def _unfinished(run: EvaluationRun, label: str) -> Iterator[str]:
    if run.status is not RunStatus.FINISHED:
        yield f"the run of {label} has not been finished" + (f": {run.stopped_by}" if run.stopped_by else "")
