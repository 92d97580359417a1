"""What the adapters of all requests share: how the client's arguments and answers are taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import AsyncGeneratorType, GeneratorType
from typing import Any, ClassVar

from verspan.instrumentation.calls import Call, CallInput
from verspan.instrumentation.fields import NO_FIELDS
from verspan.instrumentation.serialising import snapshot
from verspan_google_genai._client import Sent, json_of_response, provider_of, sent, server_of


class RequestAdapter:
    """Takes requests of the client; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    failure_marks: Sequence[bytes] = ()
    content: ClassVar[Collection[str]] = ()
    """The fields of the body that hold what the call says."""

    def operation_of(self, asked: Sent) -> str | None:
        """What a request is; None where it is none of this adapter's."""
        raise NotImplementedError

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request."""
        asked = sent(args, kwargs)
        operation_name = asked and self.operation_of(asked)
        if asked is None or not operation_name:
            return None
        server = server_of(instance, args, kwargs)
        stream = asked.verb.startswith("stream")
        return Call(operation_name, provider_of(instance), asked.model, *server, stream)

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """The body of the request, as it is about to be sent."""
        asked = sent(args, kwargs)
        body = asked.body if asked else NO_FIELDS
        return snapshot({name: body[name] for name in body if content or name not in self.content})

    def snapshot_response(self, response: Any) -> bytes:
        """A response or a chunk as the JSON that it was made of."""
        return json_of_response(response)

    def is_stream(self, response: Any) -> bool:
        """Whether the response is a stream of chunks, which the client gives by a generator."""
        return isinstance(response, (GeneratorType, AsyncGeneratorType))

    def is_raw(self, response: Any) -> bool:  # noqa: ARG002 - of the protocol
        """No: the client has no envelopes around its answers."""
        return False

    def http_response(self, response: Any) -> Any:  # noqa: ARG002 - of the protocol
        """None: the client's generators keep what they read from to themselves."""
        return None

    def answer_in(self, failure: BaseException) -> Any:  # noqa: ARG002 - of the protocol
        """None: no exception of the client holds an answer."""
        return None

    def read_input(self, body: Any) -> CallInput:  # noqa: ARG002 - of the protocol
        """Nothing, where a request says nothing."""
        return CallInput()
