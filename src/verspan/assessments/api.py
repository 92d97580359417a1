"""Feedback and expectations, for applications and for whoever judges them; MLflow's names and signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from verspan.assessments.checking import checked_trace_id
from verspan.assessments.events import emit_feedback
from verspan.assessments.making import new_expectation, new_feedback, this_person
from verspan.assessments.model import (
    Assessment,
    AssessmentError,
    AssessmentSource,
    AssessmentSourceType,
    Expectation,
    Feedback,
    source_type_of,
)
from verspan.assessments.records import AssessmentQuery
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.interface import Store
from verspan.versions.registry import opened_store


def log_feedback(  # noqa: PLR0913 - MLflow's signature, by keyword alone
    *,
    trace_id: str,
    name: str = "feedback",
    value: Any = None,
    source: AssessmentSource | None = None,
    error: Exception | AssessmentError | None = None,
    rationale: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    span_id: str | None = None,
) -> Feedback:
    """Keep what somebody, a program or a model finds of a trace.

    Args:
        trace_id: 32 hexadecimal digits; its spans may still be on their way to the store.
        name: what is judged, such as ``helpful``.
        value: a boolean, a number, a category's name, or lists and mappings of these.
        source: who judges; a program where it is None.
        error: why there is no judgement, instead of a value.
        rationale: why the judgement is what it is.
        metadata: more about it, kept as texts.
        span_id: the span that it is about, 16 hexadecimal digits; the whole trace where it is None.

    Returns:
        The feedback as it is kept, with its id. It is also sent as an event ``gen_ai.evaluation.result``.

    Raises:
        InvalidArgumentError: an argument is not usable, or neither a value nor an error is given.
        StoreError: the store cannot be written.
    """
    feedback = new_feedback(trace_id, name, value, source, error, rationale, metadata, span_id)
    with opened_store(create=True) as store:
        return keep_feedback(store, feedback)


def log_expectation(  # noqa: PLR0913 - likewise
    *,
    trace_id: str,
    name: str,
    value: Any,
    source: AssessmentSource | None = None,
    metadata: Mapping[str, Any] | None = None,
    span_id: str | None = None,
) -> Expectation:
    """Keep what a trace should have answered, or should have done.

    Args:
        trace_id: 32 hexadecimal digits; its spans may still be on their way to the store.
        name: such as ``expected_response`` or ``expected_facts``.
        value: what JSON has.
        source: who expects it; where it is None, the person who runs this process.
        metadata: more about it, kept as texts.
        span_id: the span that it is about, 16 hexadecimal digits; the whole trace where it is None.

    Returns:
        The expectation as it is kept, with its id.

    Raises:
        InvalidArgumentError: an argument is not usable.
        StoreError: the store cannot be written.
    """
    expectation = new_expectation(trace_id, name, value, source, metadata, span_id)
    with opened_store(create=True) as store:
        (kept,) = store.assessments.add([expectation])
    assert isinstance(kept, Expectation)  # noqa: S101 - it is what was given
    return kept


def override_feedback(  # noqa: PLR0913 - likewise
    *,
    trace_id: str,
    assessment_id: str,
    value: Any,
    rationale: str | None = None,
    source: AssessmentSource | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Feedback:
    """Correct a feedback: a new one takes its place, and it stays in the history.

    Args:
        trace_id: the trace that it is of.
        assessment_id: the feedback to correct, which must be valid still.
        value: what is found instead.
        rationale: why.
        source: who says so; where it is None, the person who runs this process.
        metadata: more about it, kept as texts.

    Returns:
        The new feedback, whose ``overrides`` is the earlier one's id.

    Raises:
        InvalidArgumentError: an argument is not usable, or the feedback was overridden or withdrawn already.
        NotFoundError: the trace has no such feedback.
        StoreError: the store cannot be written.
    """
    with opened_store() as store:
        earlier = _of_trace(store, trace_id, assessment_id)
        if not isinstance(earlier, Feedback):
            raise InvalidArgumentError(f"{assessment_id!r} is an expectation, not a feedback")
        corrected = new_feedback(
            trace_id, earlier.name, value, source or this_person(), None, rationale, metadata, earlier.span_id
        )
        return keep_feedback(store, replace(corrected, run_id=earlier.run_id, overrides=assessment_id))


def get_assessment(trace_id: str, assessment_id: str) -> Assessment:
    """An assessment of a trace by its id, valid or not.

    Raises:
        InvalidArgumentError: the trace's id is none.
        NotFoundError: the trace has no such assessment.
        StoreError: the store cannot be read.
    """
    with opened_store() as store:
        return _of_trace(store, trace_id, assessment_id)


def delete_assessment(trace_id: str, assessment_id: str) -> None:
    """Withdraw an assessment: it counts no longer, and stays in the history.

    Raises:
        InvalidArgumentError: the trace's id is none.
        NotFoundError: the trace has no such assessment.
        StoreError: the store cannot be written.
    """
    with opened_store() as store:
        _of_trace(store, trace_id, assessment_id)
        store.assessments.withdraw(assessment_id)


def search_assessments(  # noqa: PLR0913 - each argument is one thing to search by, by keyword alone
    *,
    trace_id: str | Sequence[str] | None = None,
    name: str | None = None,
    source_type: AssessmentSourceType | str | None = None,
    source_id: str | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    include_overridden: bool = False,
) -> list[Assessment]:
    """Assessments that match everything that is given, by trace and time.

    Args:
        trace_id: the trace, or several of which any.
        name: what is judged or expected.
        source_type: ``HUMAN``, ``CODE`` or ``LLM_JUDGE``.
        source_id: who judged.
        run_id: the evaluation run that they came from.
        model_id: the version that the traces belong to.
        include_overridden: also what another has taken the place of, or what was withdrawn.

    Raises:
        InvalidArgumentError: a trace's id is none, or the source's type is none of the three.
        StoreError: the store cannot be read.
    """
    given = [] if trace_id is None else [trace_id] if isinstance(trace_id, str) else trace_id
    if trace_id is not None and not given:
        return []
    query = AssessmentQuery(
        trace_ids=[checked_trace_id(each) for each in given],
        name=name,
        source_type=None if source_type is None else source_type_of(source_type),
        source_id=source_id,
        run_id=run_id,
        model_id=model_id,
        include_overridden=include_overridden,
    )
    with opened_store() as store:
        return list(store.assessments.find(query))


def keep_feedback(store: Store, feedback: Feedback) -> Feedback:
    """Keep a feedback that has been checked, and send its event."""
    (kept,) = store.assessments.add([feedback])
    assert isinstance(kept, Feedback)  # noqa: S101 - it is what was given
    emit_feedback(kept, store.get_trace(str(kept.trace_id)))
    return kept


def _of_trace(store: Store, trace_id: str, assessment_id: str) -> Assessment:
    query = AssessmentQuery(trace_ids=[checked_trace_id(trace_id)], include_overridden=True)
    for each in store.assessments.find(query):
        if each.assessment_id == assessment_id:
            return each
    raise NotFoundError(
        f"the trace {trace_id} has no assessment {assessment_id!r}: `verspan feedback {trace_id}` lists those it has"
    )
