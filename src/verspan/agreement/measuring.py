"""Judges beside people, by their labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from verspan.agreement.alpha import krippendorffs_alpha
from verspan.agreement.kappa import cohens_kappa
from verspan.agreement.labels import Unit, by_unit, consensus
from verspan.agreement.model import Disagreement, Estimate, JudgeAgreement, Label, Reliability, Value, distance
from verspan.agreement.words import shown
from verspan.comparison.rates import wilson

_FEWEST_LABELS = 30
"""Below which the interval of kappa, which holds for many, is not to be relied on."""
_PREVALENT = 0.8
"""The share of one category from which on kappa is low whatever the raters do (Feinstein and Cicchetti, "High agreement
but low kappa", 1990)."""
_TWO = 2


def judge_agreement(judge: str, judged: Sequence[Label], people: Sequence[Label], confidence: float) -> JudgeAgreement:
    """One judge beside what most people found.

    Args:
        judge: its name.
        judged: what it found, one label for each trace.
        people: what they found, one label of each person for each trace.
        confidence: of intervals.
    """
    of_people = by_unit(people)
    agreed = {unit: consensus(labels) for unit, labels in of_people.items()}
    both = [(label, value) for label in judged if (value := agreed.get(label.unit)) is not None]
    categories = _ordered({value for label, found in both for value in (label.value, found)})
    counts = Counter((found, label.value) for label, found in both)
    table = [[counts[row, column] for column in categories] for row in categories]
    same = sum(table[at][at] for at in range(len(categories)))
    kappa = cohens_kappa(table, categories, confidence)
    return JudgeAgreement(
        judge=judge,
        labels=len(both),
        categories=categories,
        table=table,
        raw=Estimate(same / len(both), wilson(same, len(both), confidence), "Wilson's interval") if both else None,
        kappa=kappa,
        disagreements=_disagreements(both, of_people),
        without_person=len(judged) - len(both),
        without_judgement=len(of_people.keys() - {label.unit for label in judged}),
        warnings=_warnings(both, categories, kappa),
    )


def reliability(labels: Sequence[Label], confidence: float) -> Reliability | None:
    """How far raters agree with each other; None where no two have judged the same, or all found one and the same."""
    shared = {unit: found for unit, found in by_unit(labels).items() if len(found) >= _TWO}
    alpha = krippendorffs_alpha([[label.value for label in found] for found in shared.values()], confidence)
    if alpha is None:
        return None
    raters = sorted({label.rater for found in shared.values() for label in found})
    return Reliability(raters, len(shared), alpha)


def _disagreements(
    both: Sequence[tuple[Label, Value]], people: Mapping[Unit, Sequence[Label]]
) -> Sequence[Disagreement]:
    found = [
        Disagreement(
            trace_id=label.trace_id,
            span_id=label.span_id,
            human=value,
            judge=label.value,
            distance=distance(value, label.value),
            human_rationales=[each.rationale for each in people[label.unit] if each.rationale],
            judge_rationale=label.rationale,
        )
        for label, value in both
        if label.value != value
    ]
    return sorted(found, key=lambda each: (-each.distance, each.trace_id, each.span_id or ""))


def _warnings(both: Sequence[tuple[Label, Value]], categories: Sequence[Value], kappa: Estimate | None) -> list[str]:
    if not both:
        return ["no trace has been judged by both"]
    warnings = []
    if len(both) < _FEWEST_LABELS:
        warnings.append(f"{len(both)} traces are few: with fewer than {_FEWEST_LABELS} kappa's interval is too sure")
    share, prevalent = max((_share(both, category), shown(category)) for category in categories)
    if kappa is None:
        warnings.append(f"everything was found {prevalent}, so that kappa is not defined: label others, too")
    elif share >= _PREVALENT:
        warnings.append(f"{share:.0%} were found {prevalent}, which makes kappa low: read it beside the raw agreement")
    if kappa is not None and kappa.interval is None:
        warnings.append("there is not one exception, so that kappa has no interval: see that of the raw agreement")
    versions = sorted({label.version for label, _ in both if label.version})
    if len(versions) > 1:
        warnings.append(f"the judge was there in {len(versions)} versions ({', '.join(versions)}), counted as one")
    return warnings


def _share(both: Sequence[tuple[Label, Value]], category: Value) -> float:
    """Of all that the judge and the people found."""
    return sum((label.value == category) + (value == category) for label, value in both) / (2 * len(both))


def _ordered(values: set[Value]) -> Sequence[Value]:
    """Numbers by their size, and what is none by its text; true is 1."""
    numbers = [value for value in values if not isinstance(value, str)]
    return [*sorted(numbers), *sorted(value for value in values if isinstance(value, str))]
