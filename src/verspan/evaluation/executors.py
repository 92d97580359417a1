"""Executors beyond one machine: Ray as one, and Dask's as one that makes no call twice by itself."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any
from uuid import uuid4

from verspan.errors import MissingPackageError
from verspan.evaluation.elsewhere import WorkerLostError


class RayExecutor(Executor):
    """Ray's tasks as a :class:`concurrent.futures.Executor`, for ``evaluate(…, executor=RayExecutor())``.

    ::

        ray.init()
        verspan.evaluate(data, answer, scorers, executor=RayExecutor(num_cpus=0.1))

    A call is a task that Ray does not run again by itself, so that each attempt is the evaluation's own and is counted.
    """

    def __init__(self, **options: Any) -> None:
        """Use the Ray that this process is connected to.

        Args:
            options: of ``ray.remote``, such as ``num_cpus``: what a call takes of a machine.

        Raises:
            MissingPackageError: Ray is not installed.
        """
        try:
            ray = import_module("ray")
        except ImportError as error:
            raise MissingPackageError("RayExecutor needs Ray: pip install ray") from error
        self._task = ray.remote(max_retries=0, **options)(_call)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called somewhere."""
        future: Future[Any] = self._task.remote(fn, args, kwargs).future()
        return future


@dataclass(frozen=True)
class _Once:
    """A call that is made once, in whatever worker; an event of the cluster's tells that it has begun."""

    call: Callable[[], Any]
    number: str

    def __call__(self) -> Any:
        begun = import_module("distributed").Event(self.number)
        if begun.is_set():
            raise WorkerLostError("the worker that made this call has ended, and its answer is gone")
        begun.set()
        return self.call()


class DaskExecutor(Executor):
    """Dask's own executor, on which no call is made twice without a word.

    Dask makes the calls of a worker that died again, also those that had been answered and whose answers had not been
    fetched, and tells nobody. Here such a call fails instead, and the evaluation makes it again and counts it.
    """

    def __init__(self, executor: Any) -> None:
        """Use what ``client.get_executor()`` gave."""
        self._client = executor._client  # noqa: SLF001 - they have no public names
        self._options = {**executor._kwargs, "pure": False}  # noqa: SLF001 - likewise

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called somewhere."""
        once = _Once(partial(fn, *args, **kwargs), f"verspan-{uuid4().hex}")
        asked, answer = self._client.submit(once, **self._options), Future[Any]()
        answer.add_done_callback(lambda done: asked.cancel() if done.cancelled() else None)
        self._client.loop.add_callback(_fetch, asked, answer, import_module("distributed").Event(once.number))
        return answer


async def _fetch(asked: Any, answer: Future[Any], begun: Any) -> None:
    """Pass on what came of a call, in Dask's own event loop.

    Dask's executor passes nothing on where a result is lost after it was told of, and its future waits for ever.
    """
    try:
        result = await asked
    except BaseException as error:  # noqa: BLE001 - a call that was cancelled raises no Exception
        if not answer.cancelled():
            answer.set_exception(error)
    else:
        if not answer.cancelled():
            answer.set_result(result)
    await begun.clear()


def adapted(executor: Executor | None) -> Executor | None:
    """An executor whose calls are the evaluation's own: Dask's as :class:`DaskExecutor`, any other as it is."""
    return DaskExecutor(executor) if type(executor).__module__ == "distributed.cfexecutor" else executor


def _call(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return function(*args, **kwargs)
