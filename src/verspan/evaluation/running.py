"""``evaluate``: a version, or several, over the rows of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, TypedDict, overload

from verspan.context import ActiveVersion
from verspan.errors import InvalidArgumentError
from verspan.evaluation.executors import adapted
from verspan.evaluation.holding import Holding
from verspan.evaluation.plan import Limits, Plan
from verspan.evaluation.preparing import Preparing, named_version, planned_run
from verspan.evaluation.result import EvaluationResult
from verspan.evaluation.rows import dataset_of
from verspan.evaluation.scorers import checked_scorers
from verspan.evaluation.working import work_off
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
    cache: bool
    executor: Executor | None
    tags: Mapping[str, str] | None


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
    cache: bool = False,
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
        cache: whether a row that an earlier run of the same function and version has answered has that answer, which is
            scored anew and costs nothing.
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
    planned = planned_run(dataset, checked, trials, name, dict(tags or {}))
    wanted: dict[str, tuple[PredictFunction | None, ActiveVersion | None]]
    if isinstance(predict_fn, Mapping):
        if model_id is not None or not predict_fn:
            raise InvalidArgumentError(
                "predict_fn names the versions and their functions: give one at least, and no model_id"
            )
        wanted = {each: (function, named_version(each)) for each, function in predict_fn.items()}
    else:
        version = None if predict_fn is None and model_id is None else named_version(model_id)
        wanted = {"": (predict_fn, version)}
    with opened_store(create=True) as store, Holding(store.location) as holding:
        prepare = Preparing(store.evaluations, planned, holding, resume=resume, cache=cache)
        sides = [prepare.side(function, version) for function, version in wanted.values()]
        results = work_off(Plan(sides, dataset.rows, trials, checked, limits, adapted(executor)), store)
    return dict(zip(wanted, results, strict=True)) if isinstance(predict_fn, Mapping) else results[0]
