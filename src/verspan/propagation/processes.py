"""The version and the trace in processes that multiprocessing starts, and in the tasks of their pools.

A forked child has all that its parent had in memory. One that is spawned, or that a fork server starts, begins with
nothing, and is given the same: the process's version and experiment, and the context that was current where it was
started. A task of a ``ProcessPoolExecutor`` runs in the context of whoever submitted it, as one of a thread pool does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from opentelemetry import propagate
from opentelemetry.context import Context, get_current

from verspan.context import (
    Caller,
    Inheritance,
    Surroundings,
    inherit,
    inheritance,
    surroundings,
    with_surroundings,
)
from verspan.instrumentation.guard import report
from verspan.instrumentation.patching import Patch
from verspan.instrumentation.stepping import run_in
from verspan.propagation.entries import session_of

_FORK: Final = "fork"


@dataclass(frozen=True)
class CarriedContext:
    """OpenTelemetry's context in a form that can be pickled: what it says of the version, the trace and the baggage."""

    surroundings: Surroundings
    headers: Mapping[str, str]

    @classmethod
    def current(cls) -> CarriedContext:
        """The context that is current."""
        here, session = surroundings(), session_of(get_current())
        if session is not None:
            here = replace(here, caller=replace(here.caller or Caller(), session_id=session))
        headers: dict[str, str] = {}
        propagate.inject(headers)
        return cls(here, headers)

    def unpacked(self) -> Context:
        """The context, in whichever process."""
        return with_surroundings(self.surroundings, propagate.extract(self.headers, Context()))


@dataclass(frozen=True)
class CarriedFunction:
    """A function that runs in the context of whoever handed it over, in the process that it is handed to."""

    function: Callable[..., Any]
    context: CarriedContext
    inheritance: Inheritance | None = None
    """What the process itself takes over, where the function is all that it runs."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        if self.inheritance is not None:
            inherit(self.inheritance)
        return run_in(self.context.unpacked(), self.function, *args, **kwargs)


def carry_into_processes() -> None:
    """Have processes and tasks that start from now on carry the context; what has not been imported is not."""
    for patch in _PATCHES:
        patch.apply()


def _start(wrapped: Callable[..., Any], process: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        target = getattr(process, "_target", None)
        if target is not None and _start_method(process) != _FORK:
            process._target = CarriedFunction(target, CarriedContext.current(), inheritance())  # noqa: SLF001 - the standard library has no other way in
    except Exception as error:  # noqa: BLE001 - the process starts, with the context or without
        report(error, "carrying the context into a process")
    return wrapped(*args, **kwargs)


def _start_method(process: Any) -> object:
    # Of a process of the default context, whose class says nothing, the default method.
    return getattr(process, "_start_method", None) or sys.modules["multiprocessing"].get_start_method()


def _submit(wrapped: Callable[..., Any], _pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        function, *rest = args
        args = (CarriedFunction(function, CarriedContext.current()), *rest)
    except Exception as error:  # noqa: BLE001 - likewise, the task is submitted
        report(error, "carrying the context into a task")
    return wrapped(*args, **kwargs)


_PATCHES: Final = (
    Patch("multiprocessing.process", "BaseProcess", "start", _start),
    Patch("concurrent.futures.process", "ProcessPoolExecutor", "submit", _submit),
)
