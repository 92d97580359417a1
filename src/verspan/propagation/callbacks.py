"""The context in callbacks of futures.

OpenTelemetry's threading instrumentation gives a pool's thread the context of whoever submitted its first task, for as
long as the thread lives. Tasks run in their own; what a future calls when it is done ran in that of the thread, which
may be another request's. It runs in the context where it was asked for, as callbacks of asyncio's futures do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from opentelemetry.context import get_current

from verspan.instrumentation.patching import Patch
from verspan.instrumentation.stepping import run_in


def carry_into_callbacks() -> None:
    """Have callbacks of futures that are asked for from now on carry the context."""
    _PATCH.apply()


def _add_done_callback(
    wrapped: Callable[..., Any], _future: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    def add(fn: Callable[[Any], Any]) -> None:
        context = get_current()
        wrapped(lambda future: run_in(context, fn, future))

    add(*args, **kwargs)


_PATCH: Final = Patch("concurrent.futures", "Future", "add_done_callback", _add_done_callback)
