"""The spans that the client itself makes, of which there are none while this instrumentor makes its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentelemetry.instrumentation.utils import is_instrumentation_enabled


class NativeSpans:
    """What wrapt calls in place of the client's hook that begins a span for a request."""

    def __init__(self) -> None:
        self.active = True
        """Off once uninstrumented; the hook then does what it does."""

    def switch_off(self) -> None:
        """Let the client make its spans from now on."""
        self.active = False

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Give the request back as it is, without a span of the client's on it."""
        del instance
        if not self.active or not is_instrumentation_enabled():
            return wrapped(*args, **kwargs)
        return kwargs["request"] if "request" in kwargs else args[1]
