"""One answer: a function called with a row's inputs, again where it failed for a passing reason."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from verspan.evaluation.calling import CallTimeoutError, in_thread, is_asynchronous, within
from verspan.evaluation.elsewhere import CallElsewhere, is_lost
from verspan.evaluation.model import Spent
from verspan.evaluation.plan import Limits
from verspan.evaluation.retrying import is_transient, wait_s


@dataclass(frozen=True)
class Outcome:
    """What came of asking."""

    outputs: Any = None
    error: Exception | None = None
    duration_ms: float = 0.0
    attempts: int = 1
    lost_attempts: int = 0
    """Those that ended with their worker."""
    spent: Spent = field(default_factory=Spent)
    """What calls in other processes came to, all attempts together; those of this process are counted by a meter."""


@dataclass(frozen=True)
class Call:
    """A function and what it is called with."""

    function: Callable[..., Any]
    inputs: Mapping[str, Any]
    labels: Mapping[str, str]
    """What traces that begin below it are labelled with."""


class Pace:
    """Lets calls begin evenly, so many in a second."""

    def __init__(self, per_second: float | None) -> None:
        self._gap = 0.0 if per_second is None else 1 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        if self._gap:
            now = asyncio.get_running_loop().time()
            at = max(now, self._next)
            self._next = at + self._gap
            await asyncio.sleep(at - now)


class Asking:
    """Calls functions within the limits of an evaluation."""

    def __init__(self, limits: Limits, executor: Executor | None = None) -> None:
        self._limits = limits
        self._executor = executor
        self._pace = Pace(limits.rate_limit)

    async def outcome(self, call: Call) -> Outcome:
        """What a function answers, or how it failed in the end."""
        lost, spent, attempt = 0, Spent(), 1
        while True:
            found = await self._attempt(call)
            lost += found.lost_attempts
            spent += found.spent
            if found.error is None or attempt > self._limits.retries or not _passes(found.error):
                return replace(found, attempts=attempt, lost_attempts=lost, spent=spent)
            await asyncio.sleep(wait_s(found.error, attempt))
            attempt += 1

    async def _attempt(self, call: Call) -> Outcome:
        await self._pace.turn()
        started, found = time.perf_counter(), Outcome()
        try:
            found = await within(self._limits.timeout_s, self._called(call))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the row's
            found = Outcome(error=error, lost_attempts=int(is_lost(error)))
        return replace(found, duration_ms=(time.perf_counter() - started) * 1000)

    async def _called(self, call: Call) -> Outcome:
        if is_asynchronous(call.function):
            return Outcome(await call.function(**call.inputs))
        here = partial(call.function, **call.inputs)
        if self._executor is None:
            return Outcome(await in_thread(here))
        if isinstance(self._executor, ThreadPoolExecutor):  # a thread can take this context along as it is
            return Outcome(await asyncio.wrap_future(self._executor.submit(partial(copy_context().run, here))))
        try:
            submitted = self._executor.submit(CallElsewhere(call.function, call.inputs, call.labels))
        except BrokenExecutor as error:  # by an earlier call: nothing of this one is lost
            return Outcome(error=error)
        answer = await asyncio.wrap_future(submitted)
        return Outcome(answer.outputs, error=answer.error, spent=answer.spent)


def _passes(error: Exception) -> bool:
    return is_transient(error) and not isinstance(error, CallTimeoutError)
