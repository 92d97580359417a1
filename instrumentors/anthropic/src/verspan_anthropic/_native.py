"""The spans that the client makes itself, since version 1.14 and unless it is told not to.

A call has one span. Where the client would begin its own for a call it is told that there is none to begin, which is
what it hears where OpenTelemetry has no tracer, and it goes on as it does then: without the span, and without sending
its trace to the provider in a ``traceparent`` header. The spans of its tool runners, and of the tools that these run,
are of other things than calls and stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verspan.instrumentation.instrumentor import Method

CALL_SPANS = (Method("anthropic", "_base_client", "start_api_call_span", optional=True),)
"""Where a client of 1.14 and later begins the span of a call: a function of the module through which calls pass."""


class NativeSpans:
    """Stands where the client begins the span of a call, and begins none."""

    def __init__(self) -> None:
        self._active = True

    def give_back(self) -> None:
        """Let the client begin its spans again."""
        self._active = False

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        """None, as the client's function gives where there is no span."""
        del instance
        return None if self._active else wrapped(*args, **kwargs)
