"""``evaluate``: a version, or several, over the rows of a dataset."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextvars import copy_context
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict, overload
from uuid import uuid4

from verspan.context import ActiveVersion, active_version
from verspan.datasets.model import Dataset
from verspan.errors import InvalidArgumentError
from verspan.evaluation.calling import is_asynchronous
from verspan.evaluation.engine import Engine
from verspan.evaluation.keeping import Keeper
from verspan.evaluation.model import EvaluationRun, RunStatus
from verspan.evaluation.plan import Limits, Plan, Side
from verspan.evaluation.progress import progress_for
from verspan.evaluation.result import EvaluationResult
from verspan.evaluation.resuming import resumed
from verspan.evaluation.rows import dataset_of
from verspan.evaluation.scorers import checked_scorers
from verspan.evaluation.spending import meter_spans
from verspan.runtime import flush
from verspan.scorers.model import Scorer
from verspan.store.interface import Store
from verspan.tracing.arguments import full_name
from verspan.versions.active import active_model
from verspan.versions.identity import is_model_id
from verspan.versions.registry import opened_store

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from verspan.versions.model import LoggedModel

PredictFunction = Callable[..., Any]


class Settings(TypedDict, total=False):
    """What :func:`evaluate` takes by keyword."""

    name: str | None
    concurrency: int
    trials: int
    timeout_s: float | None
    retries: int
    rate_limit: float | None
    budget_usd: float | None
    budget_tokens: int | None
    resume: bool
    executor: Executor | None
    tags: Mapping[str, str] | None


_SECONDS_TO_FLUSH = 30.0


@overload
def evaluate(
    data: Any,
    predict_fn: PredictFunction | None = None,
    scorers: Sequence[Any] = (),
    model_id: str | LoggedModel | None = None,
    **settings: Unpack[Settings],
) -> EvaluationResult: ...


@overload
def evaluate(
    data: Any, predict_fn: Mapping[str, PredictFunction], scorers: Sequence[Any] = (), **settings: Unpack[Settings]
) -> dict[str, EvaluationResult]: ...


def evaluate(  # noqa: PLR0913 - MLflow's signature, and what else there is to say by keyword
    data: Any,
    predict_fn: PredictFunction | Mapping[str, PredictFunction] | None = None,
    scorers: Sequence[Any] = (),
    model_id: str | LoggedModel | None = None,
    *,
    name: str | None = None,
    concurrency: int = 8,
    trials: int = 1,
    timeout_s: float | None = None,
    retries: int = 2,
    rate_limit: float | None = None,
    budget_usd: float | None = None,
    budget_tokens: int | None = None,
    resume: bool = True,
    executor: Executor | None = None,
    tags: Mapping[str, str] | None = None,
) -> EvaluationResult | dict[str, EvaluationResult]:
    """Answer the rows of a dataset by a version, score the answers, and keep both.

    ::

        result = verspan.evaluate(dataset, answer, [polite], model_id="support-1a2b", trials=3, budget_usd=2.0)
        result.metrics     # {"polite/mean": 0.93}
        result.failures    # rows without an answer, which are in no metric

    Each answer is a trace under the version, whose metadata name the run and the row, and which is no production
    traffic; each score is a feedback on it. A row that fails is a failure and no score, and a scorer that fails leaves
    a failed feedback. What is there for a row is kept at once: where the same evaluation (dataset, function, version,
    scorers, trials) has ended early, calling it again goes on with the rows that it has not.

    Args:
        data: a dataset, or a list of rows: mappings with ``inputs`` and perhaps ``expectations``, ``outputs``,
            ``row_id``, ``tags`` and ``trace_id``, or traces.
        predict_fn: what answers, a function or coroutine function that is given a row's inputs as keyword arguments;
            None to score the answers that rows or their traces have; several versions' by their names, which then
            take turns row by row.
        scorers: what judges the answers.
        model_id: the version, its id or its name; where it is None the active one, or the one that is named after the
            application's folder and commit.
        name: what to call the run; the function's name where it is None.
        concurrency: how many rows are under way at a time.
        trials: how often each row is answered.
        timeout_s: how many seconds a call, or scoring an answer, may take; a call that takes longer has failed and is
            not made again. Without bound where it is None.
        retries: how often a call that failed for a passing reason (429, 5xx, no connection) is made again.
        rate_limit: how many calls may begin in a second.
        budget_usd: how many US dollars the whole run may come to, scoring and earlier parts included; rows that are
            under way when it is reached are finished.
        budget_tokens: likewise in tokens.
        resume: whether to go on with a run of the same that has ended early.
        executor: where functions that are no coroutines are called, instead of threads of this process.
        tags: what to find the run by.

    Returns:
        What came of it; of several versions by their names.

    Raises:
        InvalidArgumentError: an argument is not usable.
        StoreError: results cannot be kept.
    """
    limits = Limits(concurrency, timeout_s, retries, rate_limit, budget_usd, budget_tokens)
    if trials < 1:
        raise InvalidArgumentError(f"trials={trials}: a row is answered at least once")
    dataset, checked = dataset_of(data), checked_scorers(scorers)
    planned = _planned(dataset, checked, trials, name, dict(tags or {}))
    wanted: dict[str, tuple[PredictFunction | None, ActiveVersion | None]]
    if isinstance(predict_fn, Mapping):
        if model_id is not None or not predict_fn:
            raise InvalidArgumentError(
                "predict_fn names the versions and their functions: give one at least, and no model_id"
            )
        wanted = {each: (function, _version(each)) for each, function in predict_fn.items()}
    else:
        version = None if predict_fn is None and model_id is None else _version(model_id)
        wanted = {"": (predict_fn, version)}
    with opened_store(create=True) as store:
        sides = [_side(store, planned, function, version, resume=resume) for function, version in wanted.values()]
        results = _run(Plan(sides, dataset.rows, trials, checked, limits, executor), store)
    return dict(zip(wanted, results, strict=True)) if isinstance(predict_fn, Mapping) else results[0]


def _planned(
    dataset: Dataset, scorers: Sequence[Scorer], trials: int, name: str | None, tags: Mapping[str, str]
) -> EvaluationRun:
    """A run as it is before anybody says whose it is."""
    return EvaluationRun(
        run_id="",
        name=name or "",
        model_id=None,
        dataset_name=dataset.name,
        dataset_digest=dataset.digest,
        scorers=tuple(scorer.record for scorer in scorers),
        rows=len(dataset),
        trials=trials,
        started_ms=_now_ms(),
        tags=tags,
    )


def _version(version: str | LoggedModel | None) -> ActiveVersion:
    if version is None:
        return active_version() or active_model().version()
    named = version if isinstance(version, str) else version.model_id
    return (active_model(model_id=named) if is_model_id(named) else active_model(named)).version()


def _side(
    store: Store,
    planned: EvaluationRun,
    function: PredictFunction | None,
    version: ActiveVersion | None,
    *,
    resume: bool,
) -> Side:
    if function is not None:
        is_asynchronous(function)  # which says what is no function before anything is kept
    answered_by = None if function is None else full_name(function)
    run = replace(
        planned,
        run_id=f"run-{uuid4().hex}",
        name=planned.name or (answered_by or "answers").rpartition(".")[2],
        model_id=None if version is None else version.model_id,
        function=answered_by,
    )
    found = resumed(store.evaluations, run) if resume else None
    if found is None:
        store.evaluations.keep_run(run)
        return Side(run, function, version)
    earlier = {(row.row_id, row.trial): row for row in store.evaluations.rows(found.run_id)}
    return Side(found, function, version, earlier)


def _run(plan: Plan, store: Store) -> list[EvaluationResult]:
    meter_spans()
    keeper, progress = Keeper(store), progress_for(len(list(plan.jobs())))
    engine = Engine(plan, store, keeper, progress)
    try:
        _to_the_end(engine)
    finally:
        progress.close()
        try:
            keeper.close()
        finally:
            runs = [_ended(side.run, engine) for side in plan.sides]
            for run in runs:
                store.evaluations.keep_run(run)
            flush(_SECONDS_TO_FLUSH)
    order = [(row.row_id, trial) for row in plan.rows for trial in range(plan.trials)]
    found = [engine.results[run.run_id] for run in runs]
    return [EvaluationResult(run, [of[key] for key in order if key in of]) for run, of in zip(runs, found, strict=True)]


def _to_the_end(engine: Engine) -> None:
    """Run the engine on an event loop in a thread of its own: the caller may have a loop, and may be interrupted."""
    done: Future[None] = Future()
    loop = asyncio.new_event_loop()
    context = copy_context()

    def run() -> None:
        try:
            loop.run_until_complete(engine.run())
        except BaseException as error:  # noqa: BLE001 - raised on the thread that waits
            done.set_exception(error)
        else:
            done.set_result(None)
        finally:
            loop.run_until_complete(asyncio.sleep(0))  # calls that were given up hear of it
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    thread = threading.Thread(target=context.run, args=(run,), name="verspan-evaluate-loop", daemon=True)
    thread.start()
    try:
        done.result()
    except BaseException:
        if not done.done():
            loop.call_soon_threadsafe(engine.stop, "it was interrupted")
        raise
    finally:
        thread.join()


def _ended(run: EvaluationRun, engine: Engine) -> EvaluationRun:
    whole = len(engine.results[run.run_id]) == run.rows * run.trials
    status = RunStatus.FINISHED if whole else RunStatus.STOPPED
    why = None if whole else engine.stopped_by or "it failed"
    return replace(run, status=status, ended_ms=_now_ms(), stopped_by=why)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
