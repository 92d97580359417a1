"""The event of an evaluation, through the SDK's own pipeline of logs."""

from __future__ import annotations

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor

from verspan.context import ActiveVersion
from verspan.errors import InvalidArgumentError
from verspan.settings import ContentMode
from verspan.telemetry.evaluation import Evaluated, EvaluationResult, emit_evaluation
from verspan.testing import capture_spans

SPAN = Evaluated(f"{10:032x}", f"{11:016x}", ActiveVersion("m-1", "v1"))
RESULT = EvaluationResult("correctness", 1, "pass", "It says what the manual says.", response_id="chatcmpl-1")
TOLD = {
    "gen_ai.evaluation.name": "correctness",
    "gen_ai.evaluation.score.value": 1.0,
    "gen_ai.evaluation.score.label": "pass",
    "gen_ai.response.id": "chatcmpl-1",
    "logged_model.id": "m-1",
    "logged_model.name": "v1",
}
EXPLAINED = {"gen_ai.evaluation.explanation": "It says what the manual says."}


def test_of_a_span() -> None:
    """The event has the ids of the span that was evaluated, its version, and no severity and no body."""
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # the SDK left it untyped
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    emit_evaluation(RESULT, SPAN, provider)
    provider.shutdown()
    (record,) = [finished.log_record for finished in exporter.get_finished_logs()]
    assert (record.event_name, dict(record.attributes or {})) == ("gen_ai.evaluation.result", TOLD)
    assert (record.trace_id, record.span_id, record.trace_flags) == (10, 11, 1)
    assert (record.severity_number, record.severity_text, record.body) == (None, None, None)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (ContentMode.LOCAL, TOLD),
        (ContentMode.SPAN_ONLY, TOLD),
        (ContentMode.EVENT_ONLY, TOLD | EXPLAINED),
        (ContentMode.SPAN_AND_EVENT, TOLD | EXPLAINED),
    ],
)
def test_explanation(content: ContentMode, told: dict[str, object]) -> None:
    """An explanation, which may quote an answer, leaves on the event where content may."""
    with capture_spans(content=content) as captured:
        emit_evaluation(RESULT, SPAN, captured.logger_provider)
        assert captured.events() == [("gen_ai.evaluation.result", told)]


def test_failed() -> None:
    """An evaluation that failed has the error's type in place of a score, and what is not known is left out."""
    with capture_spans() as captured:
        failed = EvaluationResult("correctness", error_type="TimeoutError")
        emit_evaluation(failed, Evaluated(f"{10:032x}", f"{11:016x}"), captured.logger_provider)
        assert captured.events() == [
            ("gen_ai.evaluation.result", {"gen_ai.evaluation.name": "correctness", "error.type": "TimeoutError"})
        ]


@pytest.mark.parametrize(("trace_id", "span_id"), [("", f"{11:016x}"), ("nonsense", f"{11:016x}"), (f"{10:032x}", "0")])
def test_no_span(trace_id: str, span_id: str) -> None:
    """Ids that are none are an error that names them."""
    with pytest.raises(InvalidArgumentError, match="are not the ids of a trace and its span"):
        emit_evaluation(RESULT, Evaluated(trace_id, span_id))
