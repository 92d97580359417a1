"""One answer: a function called with a row's inputs, again where it failed for a passing reason."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any

from verspan.evaluation.calling import CallTimeoutError, in_thread, is_asynchronous, within
from verspan.evaluation.plan import Limits
from verspan.evaluation.retrying import is_transient, wait_s


@dataclass(frozen=True)
class Outcome:
    """What came of asking."""

    outputs: Any = None
    error: Exception | None = None
    duration_ms: float = 0.0
    attempts: int = 1


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

    async def outcome(self, function: Callable[..., Any], inputs: Mapping[str, Any]) -> Outcome:
        """What a function answers, or how it failed in the end."""
        attempt = 1
        while True:
            found = await self._attempt(function, inputs, attempt)
            if found.error is None or attempt > self._limits.retries or not _passes(found.error):
                return found
            await asyncio.sleep(wait_s(found.error, attempt))
            attempt += 1

    async def _attempt(self, function: Callable[..., Any], inputs: Mapping[str, Any], attempt: int) -> Outcome:
        await self._pace.turn()
        outputs, error, started = None, None, time.perf_counter()
        try:
            outputs = await within(self._limits.timeout_s, self._called(function, inputs))
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is the row's
            error = failure
        return Outcome(outputs, error, (time.perf_counter() - started) * 1000, attempt)

    async def _called(self, function: Callable[..., Any], inputs: Mapping[str, Any]) -> Any:
        if is_asynchronous(function):
            return await function(**inputs)
        call = partial(function, **inputs)
        if self._executor is None:
            return await in_thread(call)
        # A thread can take this context along; to other processes and machines only what can be pickled goes.
        here = isinstance(self._executor, ThreadPoolExecutor)
        return await asyncio.wrap_future(self._executor.submit(partial(copy_context().run, call) if here else call))


def _passes(error: Exception) -> bool:
    return is_transient(error) and not isinstance(error, CallTimeoutError)
