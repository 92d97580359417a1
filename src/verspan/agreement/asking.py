"""Measuring how far judges agree with people."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from verspan.agreement.model import Agreement
from verspan.assessments.records import AssessmentQuery
from verspan.comparison.installed import check_installed
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.versions.registry import opened_store
from verspan.versions.resolving import resolve_model

if TYPE_CHECKING:
    from verspan.store.interface import Store
    from verspan.versions.model import LoggedModel

_TWO = 2


def measure_agreement(  # noqa: PLR0913 - each says something else of what is measured
    name: str,
    *,
    human: str | None = None,
    judge: str | None = None,
    run_id: str | None = None,
    model_id: str | LoggedModel | None = None,
    confidence: float = 0.95,
) -> Agreement:
    """How far judges agree with people, over the traces that both have judged.

    ::

        agreement = verspan.measure_agreement("correctness")
        agreement.judges[0].kappa          # Cohen's, with its interval
        agreement.judges[0].disagreements  # the farthest apart first

    What people said last counts, and of several people what most of them found. Of a judge its latest judgement of a
    trace counts, also where a person has corrected it. Judgements that failed are none.

    Args:
        name: what is judged.
        human: under which name people judged it, where that is another.
        judge: only this judge: its model (``openai:/gpt-4o-mini``), or a scorer with its version; else every model.
        run_id: only judgements of this evaluation run.
        model_id: only traces of this version: its record, name or id, or the beginning of either.
        confidence: of intervals.

    Returns:
        The agreement; ``print`` shows it.

    Raises:
        InvalidArgumentError: an argument is not usable.
        MissingPackageError: SciPy is not installed.
        NotFoundError: nothing of that name was judged by people, or by a judge.
        StoreError: the store cannot be read.
    """
    with opened_store() as store:
        version = model_id if isinstance(model_id, str) or model_id is None else model_id.model_id
        return agreement_in(
            store, name, human=human, judge=judge, run_id=run_id, version=version, confidence=confidence
        )


def agreement_in(  # noqa: PLR0913 - likewise
    store: Store,
    name: str,
    *,
    human: str | None = None,
    judge: str | None = None,
    run_id: str | None = None,
    version: str | None = None,
    confidence: float = 0.95,
) -> Agreement:
    """The same in a store; `version` is the name or id of one, or the beginning of either.

    Raises:
        InvalidArgumentError: the confidence is no share.
        MissingPackageError: SciPy is not installed.
        NotFoundError: nothing of that name was judged by people, or by a judge, or there is no such version.
        StoreError: the store cannot be read.
    """
    check_installed()
    from verspan.agreement.labels import human_labels, judge_labels
    from verspan.agreement.measuring import judge_agreement, reliability

    if not 0 < confidence < 1:
        raise InvalidArgumentError(f"confidence is between 0 and 1, such as 0.95, and not {confidence}")
    model_id = None if version is None else resolve_model(store, version).model_id
    said = store.assessments.find(AssessmentQuery(name=human or name, model_id=model_id))
    found = store.assessments.find(AssessmentQuery(name=name, model_id=model_id, include_overridden=True))
    people = human_labels(said)
    # The run is not asked for in the store: what corrects a judgement is needed too, and may be of no run.
    judged = judge_labels(found, judge, run_id)
    if not people or not judged:
        missing = f"{human or name!r} of people" if not people else f"{name!r} of {judge or 'a judge'}"
        raise NotFoundError(f"there is no feedback {missing}: `verspan feedback TRACE NAME VALUE` gives a person's")
    judges = sorted({label.rater for label in judged})
    both = list(chain(people, judged))
    return Agreement(
        name=name,
        human_name=human or name,
        judges=[
            judge_agreement(one, [each for each in judged if each.rater == one], people, confidence) for one in judges
        ],
        people=reliability(people, confidence),
        everyone=reliability(both, confidence) if len({label.rater for label in both}) > _TWO else None,
        confidence=confidence,
    )
