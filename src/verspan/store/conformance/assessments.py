"""Assessments: what was found of traces is kept in order, and corrections take the place of what they correct."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from verspan.assessments.model import (
    Assessment,
    AssessmentError,
    AssessmentSource,
    AssessmentSourceType,
    Expectation,
    Feedback,
)
from verspan.assessments.records import AssessmentQuery
from verspan.audit.model import AuditQuery
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.conformance.records import refused, span, span_id, stamp, trace_id
from verspan.store.interface import Store
from verspan.versions.identity import model_id_for

ANN = AssessmentSource(AssessmentSourceType.HUMAN, "ann")
JUDGE = AssessmentSource(AssessmentSourceType.LLM_JUDGE, "openai:/gpt-4o-mini")
_TRACE = trace_id(1)


def of_two_traces() -> list[Assessment]:
    """Assessments of every kind, in the order in which they are found."""
    return [
        Feedback("helpful", value=True, rationale="names the order", source=ANN, trace_id=_TRACE, create_time_ms=1_000),
        Expectation("facts", ["shipped", 3], ANN, {"by": "mail"}, _TRACE, span_id(1), create_time_ms=2_000),
        Feedback("score", 0.25, source=JUDGE, trace_id=_TRACE, span_id=span_id(2), run_id="r-1", create_time_ms=3_000),
        Feedback("tone", error=AssessmentError("Timeout", "30 s"), trace_id=trace_id(2), create_time_ms=1_000),
    ]


def actions(store: Store) -> Sequence[str]:
    """What the audit log has of assessments, oldest first."""
    entries = store.audit.find(AuditQuery(subject_kind="assessment"), 10)
    return [entry.action for entry in sorted(entries, key=lambda entry: entry.sequence)]


class AssessmentConformance:
    """Of a store's assessments."""

    def test_kept(self, store: Store) -> None:
        """What is given comes back whole, by trace and time, of traces that the store has not; ids are its own."""
        kept = store.assessments.add(of_two_traces()[::-1])
        assert store.assessments.find(AssessmentQuery()) == list(kept)[::-1]
        assert [replace(each, assessment_id=None) for each in kept][::-1] == of_two_traces()
        ids = {str(each.assessment_id) for each in kept}
        assert len(ids) == len(kept)
        assert all(each.startswith("a-") and len(each) == len("a-") + 32 for each in ids)
        assert store.assessments.add([]) == []

    def test_found_by(self, store: Store) -> None:
        """Each field of a query leaves out what does not match."""
        helpful, facts, score, tone = store.assessments.add(of_two_traces())
        found = store.assessments.find
        assert found(AssessmentQuery(trace_ids=[trace_id(2), _TRACE])) == [helpful, facts, score, tone]
        assert found(AssessmentQuery(trace_ids=[trace_id(2)])) == [tone]
        assert found(AssessmentQuery(name="score")) == [score]
        assert found(AssessmentQuery(source_type="HUMAN")) == [helpful, facts]
        assert found(AssessmentQuery(source_id="ann", name="facts")) == [facts]
        assert found(AssessmentQuery(run_id="r-1")) == [score]

    def test_found_by_version(self, store: Store) -> None:
        """Those of a version are those of its traces, also where the trace came later."""
        kept = store.assessments.add(of_two_traces())
        store.write_spans([span(1, trace=1, attributes=stamp("v1")), span(2, trace=2, attributes=stamp("v2"))])
        assert store.assessments.find(AssessmentQuery(model_id=model_id_for("support", "v2"))) == kept[3:]

    def test_overridden(self, store: Store) -> None:
        """A correction takes the place of what it corrects, which stays in the history."""
        (first,) = store.assessments.add(of_two_traces()[:1])
        correction = Feedback("helpful", value=False, source=ANN, trace_id=_TRACE, overrides=first.assessment_id)
        (second,) = store.assessments.add([correction])
        assert store.assessments.find(AssessmentQuery(trace_ids=[_TRACE])) == [second]
        everything = AssessmentQuery(trace_ids=[_TRACE], include_overridden=True)
        assert store.assessments.find(everything) == [replace(first, valid=False), second]

    def test_overridden_once(self, store: Store) -> None:
        """What was corrected is not corrected again, nor what is of another trace, and then nothing is kept at all."""
        (first,) = store.assessments.add(of_two_traces()[:1])
        correction = Feedback("helpful", value=False, source=ANN, trace_id=_TRACE, overrides=first.assessment_id)
        elsewhere = replace(correction, trace_id=trace_id(2))
        refused(NotFoundError, lambda: store.assessments.add([of_two_traces()[3], elsewhere]))
        refused(NotFoundError, lambda: store.assessments.add([replace(correction, overrides="a-0")]))
        store.assessments.add([correction])
        refused(InvalidArgumentError, lambda: store.assessments.add([correction]))
        assert len(store.assessments.find(AssessmentQuery(include_overridden=True))) == 2  # noqa: PLR2004 - these two

    def test_withdrawn(self, store: Store) -> None:
        """What is withdrawn counts no longer and stays in the history; a second time changes nothing."""
        kept = store.assessments.add(of_two_traces())
        withdrawn = replace(kept[2], valid=False)
        assert [store.assessments.withdraw(str(kept[2].assessment_id)) for _ in range(2)] == [withdrawn] * 2
        assert store.assessments.find(AssessmentQuery(name="score")) == []
        assert store.assessments.find(AssessmentQuery(name="score", include_overridden=True)) == [withdrawn]
        refused(NotFoundError, lambda: store.assessments.withdraw("a-0"))

    def test_noted(self, store: Store) -> None:
        """What people say is noted in the audit log, and what is withdrawn; what machines say is not."""
        kept = store.assessments.add(of_two_traces())
        store.assessments.add([replace(of_two_traces()[0], overrides=kept[0].assessment_id)])
        store.assessments.withdraw(str(kept[2].assessment_id))
        assert actions(store) == ["assessment.log"] * 2 + ["assessment.override", "assessment.withdraw"]

    def test_of_no_trace(self, store: Store) -> None:
        """An assessment that says no trace is refused."""
        refused(InvalidArgumentError, lambda: store.assessments.add([Feedback("helpful", value=True)]))
