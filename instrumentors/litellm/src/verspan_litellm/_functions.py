"""What all functions share: their arguments as a request, who is asked, and what comes back.

LiteLLM asks every provider in the shape of OpenAI's API and gives every answer in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from verspan.instrumentation.calls import Call, Reply, Request, Usage
from verspan.instrumentation.fields import field, fields, integer, text
from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.plain_adapter import PlainAdapter
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.servers import server_at
from verspan.instrumentation.stainless.client import fields_of
from verspan.semconv import SERVER_ADDRESS, SERVER_PORT, VERSPAN_COST_REPORTED_USD
from verspan_litellm._providers import Asked, asked
from verspan_litellm._streams import follow_steps, is_stepped

_API_BASE = "api_base"


class FunctionAdapter(PlainAdapter):
    """Takes calls of a function under both names; see :class:`verspan.instrumentation.adapter.FollowingAdapter`."""

    name: str
    functions: ClassVar[Sequence[str]]
    positional: ClassVar[Sequence[str]] = ("model", "messages")
    """What the function calls its first arguments."""
    operation_name: ClassVar[str]
    content: ClassVar[Collection[str]] = ()
    """The arguments that hold what the call says."""
    parameters: ClassVar[Collection[str]] = ()
    """Other arguments that are read; there are many more, keys and callbacks among them."""

    def __init__(self, function: str = "") -> None:
        """Take calls of a function.

        Args:
            function: its name; it does not matter to who only reads.
        """
        self.function = function

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:  # noqa: ARG002 - of the protocol
        """Describe a call, whose provider and model LiteLLM finds out from the model's name."""
        given = self._given(args, kwargs)
        found: Asked = asked(given)
        server = server_at(found.address) if found.address else None
        return Call(
            self._operation(),
            found.provider_name,
            found.model,
            server and server.address,
            server and server.port,
            bool(given.get("stream")),
        )

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """The arguments that are read."""
        given = self._given(args, kwargs)
        wanted = (*self.parameters, *self.content) if content else self.parameters
        return snapshot({name: given[name] for name in wanted if given.get(name) is not None}, fields_of)

    def snapshot_response(self, response: Any) -> bytes:
        """A response or a chunk, with what LiteLLM knows beside it."""
        return snapshot({**own_fields(response), **_beside(response)}, fields_of)

    def follow(self, response: Any, run: CallRun) -> Any:
        """Take a response, or the chunks of a stream as the application asks for them."""
        if is_stepped(response):
            follow_steps(response, run)
        else:
            run.take_response(response)
        return response

    def read_request(self, body: Any) -> Request:
        """The parameters of a call."""
        raise NotImplementedError

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from an answer, or add a chunk to it."""
        raise NotImplementedError

    def _operation(self) -> str:
        return self.operation_name

    def _given(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return {**dict(zip(self.positional, args, strict=False)), **kwargs}


class BesideReading:
    """Reads what LiteLLM knows beside an answer; to be mixed in before what reads the answer itself."""

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from an answer, or add a chunk to it; and say where it came from, and what a cache took in.

        What LiteLLM was not told it counts as 0, and what a call costs it works out by a list of its own.
        """
        super().read_reply(body, reply)  # type: ignore[misc]  # of what it is mixed with
        reply.extra.pop(VERSPAN_COST_REPORTED_USD, None)
        address = text(field(body, _API_BASE))
        if address is not None and "://" in address:
            server = server_at(address)
            reply.extra[SERVER_ADDRESS], reply.extra[SERVER_PORT] = server.address, server.port
        if reply.usage is not None:
            _correct(reply.usage, integer(field(field(body, "usage"), "cache_creation_input_tokens")))
            if not (reply.usage.input_tokens or reply.usage.output_tokens):
                reply.usage = None


def own_fields(response: Any) -> Mapping[str, Any]:
    """The fields of one of LiteLLM's objects, or of a JSON object; none where it is neither."""
    if isinstance(response, dict):
        return response
    return fields(fields_of(response))


def _beside(response: Any) -> dict[str, Any]:
    hidden = getattr(response, "_hidden_params", None)
    known = hidden if isinstance(hidden, dict) else {}
    told: dict[str, Any] = {_API_BASE: known.get(_API_BASE)}
    if getattr(response, "usage", None) is None and getattr(known.get("usage"), "total_tokens", False):
        told["usage"] = known["usage"]
    return told


def _correct(usage: Usage, written: int | None) -> None:
    """Add what was written to a cache, and take away the parts of the tokens that LiteLLM names without having any."""
    usage.cache_write_input_tokens = usage.cache_write_input_tokens or written or None
    usage.cache_read_input_tokens = usage.cache_read_input_tokens or None
    usage.reasoning_output_tokens = usage.reasoning_output_tokens or None
