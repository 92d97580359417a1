"""`verspan.log_feedback`, `verspan.log_expectation` and what corrects, finds and withdraws them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.processes import clean_environment, run

import verspan
from verspan import AssessmentError, AssessmentSource, AssessmentSourceType, Expectation, Feedback
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.conformance.records import refused, span_id, trace_id
from verspan.store.interface import Store
from verspan.versions.identity import model_id_for

TRACE, SPAN = trace_id(1), span_id(2)
ADA = AssessmentSource(AssessmentSourceType.HUMAN, "ada")
ANN = AssessmentSource("HUMAN", "ann")  # type: ignore[arg-type]  # its name does, as people type it
ELSEWHERE = f"{99:032x}"


@pytest.mark.usefixtures("store")
def test_feedback() -> None:
    """What is given is kept, checked, and read back whole; a tuple comes back as JSON has it."""
    given: dict[str, Any] = {"rationale": "names it", "metadata": {"turn": 3}, "span_id": SPAN.upper()}
    kept = verspan.log_feedback(trace_id=f" {TRACE.upper()} ", name=" tone ", value=("calm", 2), source=ANN, **given)
    expected = Feedback(
        "tone", ["calm", 2], "names it", source=ANN, metadata={"turn": "3"}, trace_id=TRACE, span_id=SPAN
    )
    assert replace(kept, assessment_id=None, create_time_ms=None) == expected
    assert verspan.get_assessment(TRACE, str(kept.assessment_id)) == kept


@pytest.mark.usefixtures("store")
def test_failed_feedback() -> None:
    """A judgement that failed has an error and no value."""
    raised = verspan.log_feedback(trace_id=TRACE, error=ValueError("no number"))
    told = verspan.log_feedback(trace_id=TRACE, error=AssessmentError("RATE_LIMIT"))
    assert (raised.value, raised.error) == (None, AssessmentError("ValueError", "no number"))
    assert (told.value, told.error, told.source) == (None, AssessmentError("RATE_LIMIT"), AssessmentSource("CODE"))  # type: ignore[arg-type]  # as above


@pytest.mark.usefixtures("store")
def test_expectation_of_a_trace_to_come() -> None:
    """An expectation is of the person who runs the process, and the trace need not be in the store."""
    kept = verspan.log_expectation(trace_id=ELSEWHERE, name="expected_response", value="It ships today.")
    expected = Expectation("expected_response", "It ships today.", ADA, trace_id=ELSEWHERE)
    assert replace(kept, assessment_id=None, create_time_ms=None) == expected
    assert verspan.search_assessments(trace_id=ELSEWHERE) == [kept]


@pytest.mark.usefixtures("store")
def test_corrected_and_withdrawn() -> None:
    """A correction is of whoever corrects, keeps what it is about, and once withdrawn nothing is valid; all stays."""
    first = verspan.log_feedback(trace_id=TRACE, name="helpful", value=True, span_id=SPAN, source=ANN)
    second = verspan.override_feedback(
        trace_id=TRACE, assessment_id=str(first.assessment_id), value=False, rationale="the wrong order"
    )
    assert (second.name, second.span_id, second.source, second.overrides) == (
        "helpful",
        SPAN,
        ADA,
        first.assessment_id,
    )
    assert verspan.search_assessments(model_id=model_id_for("support", "v1")) == [second]
    verspan.delete_assessment(TRACE, str(second.assessment_id))
    assert verspan.search_assessments(trace_id=[TRACE]) == []
    history = verspan.search_assessments(name="helpful", source_type="HUMAN", include_overridden=True)
    assert history == [replace(first, valid=False), replace(second, valid=False)]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"trace_id": "5b8a"}, "trace_id='5b8a' is no trace's id, which is 32 hexadecimal digits"),
        ({"trace_id": "0" * 32}, "is no trace's id"),
        ({"trace_id": None}, "trace_id=None is no trace's id"),
        ({"span_id": "7"}, "span_id='7' is no span's id, which is 16 hexadecimal digits"),
        ({"name": "  "}, "is no name of an assessment: give a text of 1 to 250 characters"),
        ({"name": "x" * 251}, "is no name of an assessment"),
        ({"value": None}, "has neither a value nor an error: give one of them"),
        ({"value": object()}, "is of the kind object and cannot be kept"),
        ({"value": {1: "one"}}, "is of the kind dict and cannot be kept"),
        ({"value": float("nan")}, "is nan, which is no number to count with"),
        ({"value": "x" * 1_048_576}, "has 1,048,578 bytes, and at most 1,048,576 are kept"),
        ({"rationale": "ä" * 600_000}, "the rationale has 1,200,000 bytes"),
    ],
)
@pytest.mark.usefixtures("store")
def test_not_usable(given: Mapping[str, Any], told: str) -> None:
    """What cannot be kept is refused, and the message names it."""
    error = refused(
        InvalidArgumentError, lambda: verspan.log_feedback(**{"trace_id": TRACE, "name": "a", "value": True, **given})
    )
    assert told in str(error)
    assert verspan.search_assessments() == []


@pytest.mark.parametrize(
    "action",
    [
        lambda given: verspan.get_assessment(ELSEWHERE, given),
        lambda given: verspan.delete_assessment(ELSEWHERE, given),
        lambda given: verspan.override_feedback(trace_id=ELSEWHERE, assessment_id=given, value=1),
        lambda _given: verspan.get_assessment(TRACE, "a-0"),
    ],
)
@pytest.mark.usefixtures("store")
def test_not_there(action: Callable[[str], object]) -> None:
    """An assessment is one of its own trace alone."""
    kept = str(verspan.log_feedback(trace_id=TRACE, value=True).assessment_id)
    refused(NotFoundError, lambda: action(kept))
    assert verspan.get_assessment(TRACE, kept).valid


@pytest.mark.usefixtures("store")
def test_misused() -> None:
    """An expectation is no feedback to correct and has a value, and a source is of one of three types."""
    kept = verspan.log_expectation(trace_id=TRACE, name="facts", value=["shipped"])
    for action in (
        lambda: verspan.override_feedback(trace_id=TRACE, assessment_id=str(kept.assessment_id), value=1),
        lambda: verspan.log_expectation(trace_id=TRACE, name="facts", value=None),
        lambda: verspan.search_assessments(source_type="ROBOT"),
        lambda: AssessmentSource("ROBOT"),  # type: ignore[arg-type]  # that is the point
    ):
        refused(InvalidArgumentError, action)
    assert verspan.search_assessments(trace_id=[]) == []


SENDER = f"""
import json
from opentelemetry._logs import set_logger_provider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
import verspan

exporter, provider = InMemoryLogRecordExporter(), LoggerProvider()
provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
set_logger_provider(provider)
for value in (True, 0.5, "calm", ["a"]):
    verspan.log_feedback(trace_id="{TRACE}", value=value, rationale="because")
verspan.log_feedback(trace_id="{ELSEWHERE}", name="early", value=1)
verspan.log_feedback(trace_id="{ELSEWHERE}", name="span", error=ValueError("no"), span_id="{SPAN}")
for told in exporter.get_finished_logs():
    record = told.log_record
    print(json.dumps([record.event_name, record.span_id, dict(record.attributes)]))
"""


def test_event(store: Store, tmp_path: Path) -> None:
    """Each feedback is an event of the root or of its span, with the version; where no span is known it is none."""
    ended = run(sys.executable, "-c", SENDER, folder=tmp_path, VERSPAN_STORE=store.location)
    assert (ended.code, ended.log) == (0, "")
    version: dict[str, object] = {"logged_model.id": model_id_for("support", "v1"), "logged_model.name": "v1"}
    name, score, label = (f"gen_ai.evaluation.{part}" for part in ("name", "score.value", "score.label"))
    of_root: list[dict[str, object]] = [{score: 1.0, label: "true"}, {score: 0.5}, {label: "calm"}, {}]
    root, other = int(span_id(1), 16), int(SPAN, 16)
    assert [json.loads(line) for line in ended.output.splitlines()] == [
        *(["gen_ai.evaluation.result", root, {name: "feedback", **told, **version}] for told in of_root),
        ["gen_ai.evaluation.result", other, {name: "span", "error.type": "ValueError"}],
    ]
    assert len(verspan.search_assessments(trace_id=[TRACE, ELSEWHERE])) == len(of_root) + 2


CORRECTOR = """
import sys
import verspan
from verspan.errors import InvalidArgumentError

_, trace_id, assessment_id, name = sys.argv
for number in range(20):
    verspan.log_feedback(trace_id=trace_id, name=name, value=number)
try:
    verspan.override_feedback(trace_id=trace_id, assessment_id=assessment_id, value=name)
except InvalidArgumentError:
    print("told")
"""


def test_together(store: Store, tmp_path: Path) -> None:
    """Of two processes that correct the same feedback, one does and the other is told; nothing else is lost."""
    first = verspan.log_feedback(trace_id=TRACE, name="helpful", value=True)
    environment = clean_environment(VERSPAN_STORE=store.location)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CORRECTOR, TRACE, str(first.assessment_id), name],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("left", "right")
    ]
    said = [process.communicate(timeout=60)[0] for process in started]
    assert ([process.returncode for process in started], sorted(said)) == ([0, 0], ["", "told\n"])
    found = verspan.search_assessments(trace_id=TRACE)
    assert [each.overrides for each in found if each.name == "helpful"] == [first.assessment_id]
    values = {name: [each.value for each in found if each.name == name] for name in ("left", "right")}
    assert values == {"left": list(range(20)), "right": list(range(20))}
