"""The labels of people and of judges, out of assessments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from verspan.agreement.model import Label, Value
from verspan.assessments.model import Assessment, AssessmentSourceType, Feedback

_WORDS: Mapping[str, bool] = {"yes": True, "true": True, "no": False, "false": False}
Unit = tuple[str, "str | None"]


def human_labels(assessments: Iterable[Assessment]) -> Sequence[Label]:
    """What people found, each person once of each trace: what they said last."""
    return _latest(each for each in _feedback(assessments) if each.valid and _is_human(each))


def judge_labels(assessments: Sequence[Assessment], judge: str | None, run_id: str | None) -> Sequence[Label]:
    """What judges found, each once of each trace; also what a person has corrected since, which is what it had found.

    Args:
        assessments: those that have been overridden included.
        judge: only what this model, or this scorer, found; every model where it is None.
        run_id: only what was found in this run, if it is not None.
    """
    corrected = {each.overrides for each in assessments}
    found = (each for each in _feedback(assessments) if each.valid or each.assessment_id in corrected)
    return _latest(each for each in found if _is_meant(each, judge) and run_id in {None, each.run_id})


def by_unit(labels: Iterable[Label]) -> Mapping[Unit, Sequence[Label]]:
    """Labels of the same trace together."""
    found: dict[Unit, list[Label]] = {}
    for label in labels:
        found.setdefault(label.unit, []).append(label)
    return found


def consensus(labels: Sequence[Label]) -> Value | None:
    """What most found; None where there is no such thing."""
    counts = Counter(label.value for label in labels).most_common(2)
    tied = len(counts) > 1 and counts[0][1] == counts[1][1]
    return None if tied else counts[0][0]


def _feedback(assessments: Iterable[Assessment]) -> Iterable[Feedback]:
    return (each for each in assessments if isinstance(each, Feedback) and each.error is None)


def _is_human(feedback: Feedback) -> bool:
    return feedback.source.source_type is AssessmentSourceType.HUMAN


def _is_meant(feedback: Feedback, judge: str | None) -> bool:
    if judge is None:
        return feedback.source.source_type is AssessmentSourceType.LLM_JUDGE
    return feedback.source.source_id == judge and not _is_human(feedback)


def _latest(found: Iterable[Feedback]) -> Sequence[Label]:
    by_rater: dict[tuple[Unit, str], Label] = {}
    for feedback in sorted(found, key=lambda each: each.create_time_ms or 0):
        value = _value(feedback.value)
        if value is not None:
            label = Label(
                str(feedback.trace_id),
                feedback.span_id,
                feedback.source.source_id,
                value,
                feedback.rationale,
                feedback.metadata.get("judge_version"),
            )
            by_rater[label.unit, label.rater] = label
    return list(by_rater.values())


def _value(value: object) -> Value | None:
    """A value that can be compared, with words for true and false as these; None where it is a list or a mapping."""
    if isinstance(value, str):
        return _WORDS.get(value.strip().lower(), value.strip())
    return value if isinstance(value, (bool, int, float)) else None
