"""Making a step's OpenTelemetry span current exactly where the SDK makes its own current.

The SDK keeps its current trace and span in context variables, as OpenTelemetry keeps its context: what is set in one
task or thread and handed on to others is so for both. A context is taken back only after the SDK has taken its own
back, which fails in any task but the one that set it; so no OpenTelemetry token is used where it was not made.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import Any, NamedTuple

from opentelemetry.context import Context, attach, detach

from verspan_openai_agents._steps import Steps


class _Attached(NamedTuple):
    """A context that was attached together with one of the SDK's."""

    of_sdk: Token[Any]
    ours: Token[Context]
    below: _Attached | None


_attached: ContextVar[_Attached | None] = ContextVar("verspan_openai_agents_attached", default=None)


class ScopeWrapper:
    """What wrapt calls in place of the methods that set and reset what is current in the SDK."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Set or reset it, and OpenTelemetry's current span with it."""
        del instance
        given = [*args, *kwargs.values()]
        result = wrapped(*args, **kwargs)
        if wrapped.__name__.startswith("set_"):
            self._attach(given[0], result)
        else:
            _detach(given[0])
        return result

    def _attach(self, told: Any, of_sdk: Token[Any]) -> None:
        context = self._steps.context_of(told)
        if context is not None:
            _attached.set(_Attached(of_sdk, attach(context), _attached.get()))


def _detach(of_sdk: Token[Any]) -> None:
    found = _attached.get()
    while found is not None and found.of_sdk is not of_sdk:
        found = found.below
    if found is not None:
        _attached.set(found.below)
        detach(found.ours)
