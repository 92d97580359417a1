"""Working off a plan, from the first row to the last or to whatever ends it."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import replace

from verspan.evaluation.engine import Engine
from verspan.evaluation.keeping import Keeper
from verspan.evaluation.model import EvaluationRun, RunStatus
from verspan.evaluation.plan import Plan
from verspan.evaluation.progress import progress_for
from verspan.evaluation.result import EvaluationResult
from verspan.evaluation.spending import meter_spans
from verspan.runtime import flush
from verspan.store.interface import Store

_SECONDS_TO_FLUSH = 30.0


def work_off(plan: Plan, store: Store) -> list[EvaluationResult]:
    """Do what is to be done, and keep it.

    Returns:
        What came of each side, in their order.

    Raises:
        StoreError: results could not be kept.
    """
    meter_spans()
    keeper, progress = Keeper(store), progress_for(len(list(plan.jobs())))
    engine = Engine(plan, store, keeper, progress)
    try:
        _to_the_end(engine)
    finally:
        progress.close()
        runs = _closed(plan, engine, keeper, store)
    order = [(row.row_id, trial) for row in plan.rows for trial in range(plan.trials)]
    found = [engine.results[run.run_id] for run in runs]
    return [EvaluationResult(run, [of[key] for key in order if key in of]) for run, of in zip(runs, found, strict=True)]


def _closed(plan: Plan, engine: Engine, keeper: Keeper, store: Store) -> list[EvaluationRun]:
    """The runs as they are at the end, once all is kept that is there."""
    try:
        keeper.close()
    finally:
        runs = [_ended(side.run, engine, keeper) for side in plan.sides]
        for run in runs:
            store.evaluations.keep_run(run)
        flush(_SECONDS_TO_FLUSH)
    return runs


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


def _ended(run: EvaluationRun, engine: Engine, keeper: Keeper) -> EvaluationRun:
    whole = keeper.error is None and len(engine.results[run.run_id]) == run.rows * run.trials
    status = RunStatus.FINISHED if whole else RunStatus.STOPPED
    why = None if whole else engine.stopped_by or "it failed"
    return replace(run, status=status, ended_ms=time.time_ns() // 1_000_000, stopped_by=why)
