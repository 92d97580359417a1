"""`evaluate`, over functions of this process."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.evaluation.conftest import Judge, rows

import verspan
from verspan import semconv
from verspan.assessments.model import AssessmentError, AssessmentSource, AssessmentSourceType, Feedback
from verspan.assessments.records import AssessmentQuery
from verspan.datasets.model import DatasetRow
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Aggregate, RowFailure, RunStatus, Spent
from verspan.evaluation.records import RunQuery
from verspan.evaluation.result import EvaluationResult
from verspan.evaluation.running import evaluate
from verspan.scorers.model import Answer
from verspan.store.interface import Store
from verspan.testing import CapturedTelemetry
from verspan.versions.identity import model_id_for

SHOUTS = Judge("shouts", lambda answer: answer.outputs.isupper())
V1, V2 = (model_id_for("Default", name) for name in ("v1", "v2"))


def shout(question: str) -> str:
    """Answer loudly, but for one question."""
    return question if question == "psst" else question.upper()


async def shout_later(question: str) -> str:
    """The same after others had their turn."""
    await asyncio.sleep(0)
    return shout(question)


def call_model(tokens: int) -> None:
    """Leave the span of a model's call."""
    attributes = {
        semconv.GEN_AI_OPERATION_NAME: "chat",
        semconv.GEN_AI_PROVIDER_NAME: "openai",
        semconv.GEN_AI_REQUEST_MODEL: "gpt-4o-mini",
        semconv.GEN_AI_USAGE_INPUT_TOKENS: tokens,
        semconv.GEN_AI_USAGE_OUTPUT_TOKENS: 0,
    }
    with verspan.start_span("chat", attributes=attributes):
        pass


@pytest.mark.parametrize("function", [shout, shout_later])
def test_functions(store: Store, captured: CapturedTelemetry, function: Any) -> None:
    """Rows are answered by functions of either kind, each in a trace under the version, and scored."""
    result = evaluate(rows("a", "psst"), function, [SHOUTS], "v1", tags={"branch": "main"})
    assert result.metrics == {"shouts/mean": 0.5}
    assert [(row.row_id, row.outputs, row.failure) for row in result.rows] == [("a", "A", None), ("psst", "psst", None)]
    assert (result.run.model_id, result.run.status, result.run.name) == (V1, RunStatus.FINISHED, function.__name__)
    assert store.evaluations.load_run(result.run.run_id) == result.run
    assert sorted(store.evaluations.rows(result.run.run_id), key=lambda row: row.row_id) == list(result.rows)
    spans = sorted(captured.spans(), key=lambda span: str(span.attributes[semconv.VERSPAN_EVALUATION_ROW]))
    assert [(span.name, span.parent, span.attributes, span.content) for span in spans] == [
        (
            function.__name__,
            None,
            {
                semconv.LOGGED_MODEL_ID: V1,
                semconv.LOGGED_MODEL_NAME: "v1",
                semconv.VERSPAN_EVALUATION_RUN: result.run.run_id,
                semconv.VERSPAN_EVALUATION_ROW: row,
            },
            {semconv.VERSPAN_INPUTS: f'{{"question":"{row}"}}', semconv.VERSPAN_OUTPUTS: f'"{answer}"'},
        )
        for row, answer in (("a", "A"), ("psst", "psst"))
    ]


def test_scores_are_feedback(store: Store) -> None:
    """A score is a feedback on the row's trace that names the run."""
    result = evaluate(rows("a"), shout, [SHOUTS], "v1")
    (kept,) = store.assessments.find(AssessmentQuery(run_id=result.run.run_id))
    assert isinstance(kept, Feedback)
    assert (kept.name, kept.value, kept.trace_id) == ("shouts", True, result.rows[0].trace_id)


def test_running_loop(store: Store) -> None:
    """An application whose event loop runs can evaluate, as a notebook does; rows are no part of its trace."""

    async def application() -> EvaluationResult:
        with verspan.start_span("notebook") as span:
            result = evaluate(rows("a"), shout_later, model_id="v1")
            assert result.rows[0].trace_id != span.trace_id
        return result

    assert asyncio.run(application()).rows[0].outputs == "A"
    assert len(store.evaluations.find_runs(RunQuery())) == 1


def test_failing_row(store: Store, captured: CapturedTelemetry) -> None:
    """A row that fails is a failure with its trace, and in no mean."""

    def answer(question: str) -> str:
        if question == "b":
            raise ValueError("no such order")
        return question.upper()

    result = evaluate(rows("a", "b"), answer, [SHOUTS], "v1")
    assert [(row.row_id, row.failure, row.scores) for row in result.failures] == [
        ("b", RowFailure("ValueError", "no such order"), ())
    ]
    assert result.aggregates == [Aggregate("shouts/mean", 1.0, 1, 0)]
    statuses = {span.attributes[semconv.VERSPAN_EVALUATION_ROW]: span.status[0] for span in captured.spans()}
    assert statuses == {"a": "UNSET", "b": "ERROR"}
    assert len(store.evaluations.rows(result.run.run_id)) == 2


def test_failing_scorer(store: Store) -> None:
    """A scorer that fails leaves a failed feedback, counted apart, and does not touch the others."""
    broken = Judge("broken", lambda answer: 1 / (answer.outputs != "A"))
    result = evaluate(rows("a", "b"), shout, [broken, SHOUTS], "v1")
    assert result.aggregates == [Aggregate("broken/mean", 1.0, 1, 1), Aggregate("shouts/mean", 1.0, 2, 0)]
    failed = result.rows[0].scores[0]
    assert failed.error == AssessmentError("ZeroDivisionError", "division by zero")
    assert failed.source == AssessmentSource(AssessmentSourceType.CODE, f"broken@{'0' * 12}")
    assert len(store.assessments.find(AssessmentQuery(run_id=result.run.run_id))) == 4


def test_asynchronous_scorers(store: Store) -> None:
    """Scorers that are coroutine functions run in one event loop, so that they can share a client."""
    loops = set()

    @verspan.scorer
    async def here(outputs: str) -> bool:
        loops.add(asyncio.get_running_loop())
        return outputs.isupper()

    @verspan.scorer
    async def broken(outputs: str) -> bool:
        raise ValueError(outputs)

    result = evaluate(rows("a", "psst"), shout, [here, SHOUTS, broken], "v1")
    assert len(loops) == 1
    assert [(one.name, one.value, one.error) for one in result.rows[0].scores] == [
        ("here", True, None),
        ("shouts", True, None),
        ("broken", None, AssessmentError("ValueError", "A")),
    ]
    assert [row.scored for row in store.evaluations.rows(result.run.run_id)] == [True, True]


def test_hanging_function(store: Store) -> None:
    """A function that hangs fails its row and holds up no other, though rows are answered one at a time."""
    never = threading.Event()

    def answer(question: str) -> str:
        if question == "b":
            never.wait()
        return question

    result = evaluate(rows("a", "b", "c"), answer, [SHOUTS], "v1", timeout_s=0.2, concurrency=1)
    never.set()
    assert [row.outputs for row in result.rows] == ["a", None, "c"]
    assert result.rows[1].failure == RowFailure("Timeout", "it took more than 0.2 s")
    assert result.rows[1].attempts == 1
    assert store.evaluations.load_run(result.run.run_id).status is RunStatus.FINISHED


def test_hanging_coroutine_and_scorer(store: Store) -> None:
    """So does a coroutine function; a scorer that hangs has failed, and those before it have not."""
    never = threading.Event()

    async def answer(question: str) -> str:
        if question == "b":
            await asyncio.Event().wait()
        return question

    hanging = Judge("hanging", lambda _: never.wait())
    result = evaluate(rows("a", "b"), answer, [SHOUTS, hanging], "v1", timeout_s=0.2)
    never.set()
    assert [row.failure and row.failure.error_type for row in result.rows] == [None, "Timeout"]
    assert [(score.name, score.value) for score in result.rows[0].scores] == [("shouts", False), ("hanging", None)]
    assert result.rows[0].scores[1].error == AssessmentError("CallTimeoutError", "it took more than 0.2 s")
    assert len(store.evaluations.rows(result.run.run_id)) == 2


def test_trials(store: Store) -> None:
    """Each row is answered as often as asked for, and weighs the same in a mean whatever its trials have."""
    answers = iter(["A", "a", "A", "A"])
    result = evaluate(rows("a", "b"), lambda question: next(answers), [SHOUTS], "v1", trials=2, concurrency=1)
    assert [(row.row_id, row.trial, row.outputs) for row in result.rows] == [
        ("a", 0, "A"),
        ("a", 1, "A"),
        ("b", 0, "a"),
        ("b", 1, "A"),
    ]
    half: Any = (pytest.approx(0.0945, abs=1e-4), pytest.approx(0.9055, abs=1e-4))
    assert result.aggregates == [
        Aggregate("shouts/mean", 0.75, 2, 0),
        Aggregate("consistency", 0.5, 2, 0, interval=half),
        Aggregate("shouts/agreement", 0.5, 2, 0, interval=half),
    ]
    assert "  consistency: 0.5 (2 rows, 95 % between 0.0945 and 0.905)" in str(result)
    assert store.evaluations.load_run(result.run.run_id).trials == 2


def test_spending_and_budget(store: Store) -> None:
    """What calls come to is known row by row, answers and judges apart, and a budget ends the run, to be resumed."""
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        call_model(100)
        return question

    judge = Judge("judge", lambda _: call_model(10))
    questions = rows("a", "b", "c")
    stopped = evaluate(questions, answer, [judge], "v1", budget_tokens=200, concurrency=1)
    assert [row.row_id for row in stopped.rows] == ["a", "b"]
    assert (stopped.run.status, stopped.run.stopped_by) == (RunStatus.STOPPED, "the budget of 200 tokens is spent")
    assert (stopped.spent.calls, stopped.spent.input_tokens, stopped.judging.input_tokens) == (2, 200, 20)
    assert stopped.spent.cost_usd == pytest.approx(200 * 0.15e-6)
    resumed = evaluate(questions, answer, [judge], "v1", budget_tokens=10_000)
    assert (resumed.run.run_id, resumed.run.status) == (stopped.run.run_id, RunStatus.FINISHED)
    assert asked == ["a", "b", "c"]
    assert [row.spent.input_tokens for row in resumed.rows] == [100, 100, 100]
    assert store.evaluations.load_run(resumed.run.run_id).stopped_by is None
    assert evaluate(questions, answer, [judge], "v1").run.run_id != resumed.run.run_id


def test_calls_inside_calls(store: Store) -> None:
    """Of two spans that tell of one call, the inner one counts."""

    def answer(question: str) -> str:
        outer = {semconv.GEN_AI_OPERATION_NAME: "chat", semconv.GEN_AI_USAGE_INPUT_TOKENS: 7}
        with verspan.start_span("framework", attributes=outer):
            call_model(7)
        return question

    result = evaluate(rows("a"), answer, model_id="v1")
    assert (result.spent.calls, result.spent.input_tokens) == (1, 7)
    assert store.evaluations.rows(result.run.run_id)[0].spent == result.spent


def test_judges_are_no_traffic(store: Store, captured: CapturedTelemetry) -> None:
    """What a scorer calls is labelled as the run's, though no span of ours is around it."""
    result = evaluate(rows("a"), shout, [Judge("judge", lambda _: call_model(1))], "v1")
    (call,) = [span for span in captured.spans() if span.name == "chat"]
    assert call.attributes[semconv.VERSPAN_EVALUATION_RUN] == result.run.run_id
    assert store.evaluations.rows(result.run.run_id)[0].spent == Spent()


def test_without_function(store: Store) -> None:
    """Answers that are there already are scored, and a row that has none is a failure."""
    given = [
        {"row_id": "a", "inputs": {"question": "a"}, "outputs": "A", "trace_id": f"{7:032x}"},
        DatasetRow("b", {}, outputs="b"),
        {"row_id": "c", "inputs": {"question": "c"}},
    ]
    result = evaluate(given, scorers=[SHOUTS])
    assert (result.metrics, result.run.model_id, result.run.name) == ({"shouts/mean": 0.5}, None, "answers")
    assert result.rows[0].trace_id == f"{7:032x}"
    assert [row.row_id for row in result.failures] == ["c"]
    assert len(store.assessments.find(AssessmentQuery(trace_ids=[f"{7:032x}"]))) == 1


def test_versions_take_turns(store: Store) -> None:
    """Several versions are asked row by row, and each has a run."""
    asked: list[tuple[str, str]] = []

    def of(name: str) -> Any:
        def answer(question: str) -> str:
            asked.append((name, question))
            return f"{name}{question}"

        return answer

    found = evaluate(rows("a", "b"), {"v1": of("x"), "v2": of("y")}, concurrency=1)
    assert asked == [("x", "a"), ("y", "a"), ("x", "b"), ("y", "b")]
    assert {name: result.run.model_id for name, result in found.items()} == {"v1": V1, "v2": V2}
    assert [row.outputs for row in found["v2"].rows] == ["ya", "yb"]
    assert len(store.evaluations.find_runs(RunQuery())) == 2


def test_executor(store: Store) -> None:
    """Functions are called where an executor runs them."""
    with ThreadPoolExecutor(1, thread_name_prefix="mine") as executor:
        result = evaluate(rows("a"), lambda question: threading.current_thread().name, model_id="v1", executor=executor)
    assert result.rows[0].outputs == "mine_0"
    assert store.evaluations.rows(result.run.run_id)[0].outputs == "mine_0"


def test_interrupted(store: Store) -> None:
    """What ends the process's own thread ends the run, which keeps what it has and can be resumed."""
    asked: list[str] = []

    async def answer(question: str) -> str:
        asked.append(question)
        if question == "b" and len(asked) == 2:
            raise KeyboardInterrupt
        return question

    with pytest.raises(KeyboardInterrupt):
        evaluate(rows("a", "b"), answer, model_id="v1", concurrency=1)
    (run,) = store.evaluations.find_runs(RunQuery())
    assert run.status is RunStatus.STOPPED
    assert evaluate(rows("a", "b"), answer, model_id="v1").run.run_id == run.run_id
    assert asked == ["a", "b", "b"]


def test_cache(store: Store) -> None:
    """Answers of earlier runs are scored anew without asking; failures and another version's are not."""
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        if question == "b" and len(asked) == 2:
            raise ValueError("not yet")
        return question

    first = evaluate(rows("a", "b"), answer, model_id="v1", concurrency=1)
    again = evaluate(rows("a", "b"), answer, [SHOUTS], "v1", cache=True)
    assert [(row.cached, row.outputs, len(row.scores)) for row in again.rows] == [(True, "a", 1), (False, "b", 1)]
    assert again.rows[0].trace_id == first.rows[0].trace_id
    evaluate(rows("a"), answer, model_id="v2", cache=True)
    assert asked == ["a", "b", "b", "a"]
    assert len(store.evaluations.find_runs(RunQuery())) == 3


def test_to_df(store: Store) -> None:
    """A result is a table of pandas too, with a line for each row and trial and a column for each input and score."""

    def answer(question: str) -> str:
        if question == "psst":
            raise ValueError(question)
        return question.upper()

    result = evaluate(rows("a", "psst"), answer, [SHOUTS], "v1")
    table = result.to_df().drop(columns=["duration_ms"])
    assert list(table.columns) == [
        "row_id", "trial", "trace_id", "inputs/question", "outputs", "failure", "cost_usd", "shouts",
    ]  # fmt: skip
    table = table.astype(object).where(table.notna(), None)
    assert table.to_numpy().tolist() == [
        ["a", 0, result.rows[0].trace_id, "a", "A", None, None, True],
        ["psst", 0, result.rows[1].trace_id, "psst", None, "ValueError", None, None],
    ]
    assert store.evaluations.load_run(result.run.run_id) == result.run


def test_shown(store: Store) -> None:
    """A result prints as its figures."""
    result = evaluate(rows("a", "psst"), shout, [SHOUTS], "v1", name="nightly")
    assert str(result) == f"nightly ({result.run.run_id[:12]}): 2 of 2 answered, 0 failed\n  shouts/mean: 0.5 (2 rows)"
    assert store.evaluations.load_run("nightly") == result.run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data": []}, "data has no rows"),
        ({"data": "rows.jsonl"}, "a list of rows, and not str"),
        ({"data": [7]}, "row 1 is int and not a mapping with inputs"),
        ({"data": [{"inputs": {}, "answer": 1}]}, "row 1 has answer"),
        ({"predict_fn": 7}, "predict_fn is a function, and not int"),
        ({"predict_fn": {}}, "predict_fn names the versions"),
        ({"scorers": [len]}, "is no scorer: decorate a function with @verspan.scorer"),
        ({"scorers": [SHOUTS, SHOUTS]}, "several scorers are named 'shouts'"),
        ({"trials": 0}, "trials=0"),
        ({"concurrency": 0}, "concurrency=0: it is more than 0"),
        ({"retries": -1}, "retries=-1: it is more than -1"),
        ({"timeout_s": 0}, "timeout_s=0"),
    ],
)
def test_refused(store: Store, arguments: dict[str, Any], message: str) -> None:
    """What cannot be used is said before anything is asked or kept."""
    with pytest.raises(InvalidArgumentError, match=message):
        evaluate(**{"data": rows("a"), "predict_fn": shout, **arguments})
    assert store.evaluations.find_runs(RunQuery()) == []


def test_scorer_with_trace(store: Store) -> None:
    """A scorer that wants the trace is given what the store has of it."""
    seen: list[Answer] = []

    def look(answer: Answer) -> bool:
        seen.append(answer)
        return False

    looking = Judge("looking", look, wants_trace=True)
    result = evaluate(rows("a"), shout, [looking], "v1")
    assert seen == [Answer({"question": "a"}, "A", {}, None)]  # captured in memory, so that the store has none
    assert result.metrics == {"looking/mean": 0.0}
    assert store.get_trace(str(result.rows[0].trace_id)) is None
