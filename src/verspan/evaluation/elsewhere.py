"""A call that an executor makes in another process, or on another machine: what goes there, and what comes back.

The context goes along, so that spans there belong to the row's trace and its version. What calls of models come to is
counted there and comes back with the answer. So does a failure: exceptions of clients often cannot be pickled, and one
that cannot would take a whole pool of processes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from opentelemetry.context import attach, detach

from verspan.evaluation.model import Spent
from verspan.evaluation.retrying import asked_wait_s, is_transient
from verspan.evaluation.spending import Meter, meter_spans
from verspan.propagation.processes import CarriedContext
from verspan.runtime import flush

_SECONDS_TO_FLUSH: Final = 5.0
_LOST: Final = frozenset(
    {
        "BrokenProcessPool",  # the standard library's, whose pool is of no use from then on
        "KilledWorker",  # Dask's
        "NodeDiedError",  # Ray's, and those that follow
        "ObjectLostError",
        "OutOfMemoryError",
        "WorkerCrashedError",
        "WorkerLostError",
    }
)


class WorkerLostError(Exception):
    """The worker that made a call has ended; whether it was answered is not known."""

    transient = True


class ElsewhereError(Exception):
    """What a call failed with in another process."""

    def __init__(self, error_type: str, message: str, *, transient: bool, wait_s: float | None) -> None:
        super().__init__(error_type, message)
        self.error_type = error_type
        """The exception's class there."""
        self.message = message
        self.transient = transient
        """Whether the same call may succeed a little later."""
        self.wait_s = wait_s
        """How long the server asked to wait, in seconds; None where it did not."""

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class AnswerElsewhere:
    """What came of a call in another process."""

    outputs: Any
    spent: Spent
    failure: Mapping[str, Any] | None = None
    """The arguments of an :class:`ElsewhereError`, where it failed."""

    @property
    def error(self) -> ElsewhereError | None:
        """What it failed with."""
        return None if self.failure is None else ElsewhereError(**self.failure)


@dataclass(frozen=True)
class CallElsewhere:
    """A function with its arguments and its context, to be called where it is unpickled."""

    function: Callable[..., Any]
    inputs: Mapping[str, Any]
    labels: Mapping[str, str]
    context: CarriedContext = field(default_factory=CarriedContext.current)
    number: str = field(default_factory=lambda: uuid4().hex)
    """Tells attempts apart for executors such as Dask's, which answer equal tasks once."""

    def __call__(self) -> AnswerElsewhere:
        """Call it, and hand over what was traced."""
        meter_spans()
        meter = Meter(self.labels)
        before = attach(meter.context(self.context.unpacked()))
        try:
            outputs, failure = self.function(**self.inputs), None
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is waited for
            outputs, failure = None, _told(error)
        finally:
            detach(before)
            flush(_SECONDS_TO_FLUSH)  # so that scorers find the whole trace, and nothing is lost with this process
        return AnswerElsewhere(outputs, meter.spent, failure)


def is_lost(error: BaseException) -> bool:
    """Whether a call ended because its worker did: it may have been answered, and nobody knows."""
    return any(kind.__name__ in _LOST for kind in type(error).__mro__)


def _told(error: Exception) -> Mapping[str, Any]:
    return {
        "error_type": type(error).__name__,
        "message": str(error),
        "transient": is_transient(error),
        "wait_s": asked_wait_s(error),
    }
