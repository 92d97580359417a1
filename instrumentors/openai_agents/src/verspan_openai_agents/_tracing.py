"""Hearing what the SDK tells its tracing processors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verspan.instrumentation.guard import report
from verspan_openai_agents._steps import Steps


class TracingWrapper:
    """What wrapt calls in place of the methods by which the SDK tells that a trace or a span begins or ends."""

    def __init__(self, steps: Steps) -> None:
        self._told: dict[str, Callable[[Any], None]] = {
            "on_trace_start": steps.begin,
            "on_span_start": steps.begin,
            "on_span_end": steps.end,
            "on_trace_end": steps.end,
        }

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Begin or end the step, and let the application's own processors know."""
        del instance
        try:
            self._told[wrapped.__name__](*args, *kwargs.values())
        except Exception as error:  # noqa: BLE001 - the step lacks a span, the application goes on
            report(error, "hearing of a step of the Agents SDK")
        return wrapped(*args, **kwargs)
