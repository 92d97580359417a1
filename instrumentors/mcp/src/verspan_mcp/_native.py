"""What the SDK does itself from 2.0 on: its own spans, which ours stand for, and the context in its requests.

Its spans are silent while we are at work, since a request has one span on each side. The points where they would begin
remain of use: the client's knows the request's id.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from opentelemetry.trace import INVALID_SPAN, Span

from verspan import semconv
from verspan_mcp._exchange import Exchange, current_exchange


class SilentSpan:
    """In place of the SDK's function that begins a span."""

    def __init__(self) -> None:
        self.active = True

    def __call__(
        self, wrapped: Callable[..., Any], _: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> AbstractContextManager[Span]:
        """Begin none, and tell ours what that one would have known."""
        if not self.active:
            begun: AbstractContextManager[Span] = wrapped(*args, **kwargs)
            return begun
        attributes = kwargs.get("attributes") or {}
        exchange = _exchange_of(attributes.get(semconv.MCP_METHOD_NAME))
        if exchange is not None:
            request_id = attributes.get(semconv.JSONRPC_REQUEST_ID)
            exchange.run.set_attributes({semconv.JSONRPC_REQUEST_ID: request_id})
        return nullcontext(INVALID_SPAN)


class Injection:
    """In place of the SDK's function that writes the context into a request's ``_meta``."""

    def __init__(self, *, carrying: bool) -> None:
        """Make a wrapper.

        Args:
            carrying: whether requests carry the context.
        """
        self._carrying = carrying
        self.active = True

    def __call__(self, wrapped: Callable[..., Any], _: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Write it, as far as the request may tell its receiver."""
        exchange = current_exchange()
        if not self.active or (self._carrying and exchange is None):
            return wrapped(*args, **kwargs)
        if self._carrying and exchange is not None:
            exchange.carry(args[0] if args else kwargs["meta"])
        return None


def _exchange_of(method: Any) -> Exchange | None:
    exchange = current_exchange()
    return exchange if exchange is not None and exchange.request.method == method else None
