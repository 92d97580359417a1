"""What every operation of the services shares: ``_make_api_call(operation_name, api_params)`` of a service's client.

``api_params`` are the arguments that the application gave. What comes back is a dictionary, which may hold a stream of
events or a body that the application is to read.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import Call
from verspan.instrumentation.fields import NO_FIELDS, text
from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.plain_adapter import PlainAdapter
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.servers import server_at
from verspan_bedrock._following import follow_body, follow_events

PROVIDER = "aws.bedrock"
_SERVICES = frozenset({"bedrock-runtime", "bedrock-agent-runtime"})
_STREAMS = ("stream", "completion", "responseStream", "body")
"""Under which names operations give a stream of events."""


def asked(instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """The operation and its parameters; None where it is another service's."""
    if instance.meta.service_model.service_name not in _SERVICES:
        return None
    name, parameters, *_ = (*args, kwargs.get("operation_name"), kwargs.get("api_params"))
    return (name, parameters if isinstance(parameters, Mapping) else NO_FIELDS) if isinstance(name, str) else None


def plain(value: Any) -> Any:
    """What JSON has no form for in one that it has: bytes in base64."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    return repr(value)


class ClientAdapter(PlainAdapter):
    """Takes some operations; see :class:`verspan.instrumentation.adapter.FollowingAdapter`."""

    operations: ClassVar[Collection[str]] = ()
    content: ClassVar[Collection[str]] = ()
    """The parameters that hold what the call says."""

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe one of the operations; None for any other."""
        found = asked(instance, args, kwargs)
        if found is None or (self.operations and found[0] not in self.operations):
            return None
        name, parameters = found
        server = server_at(instance.meta.endpoint_url)
        return Call(
            self.operation_name(name, parameters),
            PROVIDER,
            self.model(parameters),
            server.address,
            server.port,
            name.endswith("Stream"),
        )

    def operation_name(self, name: str, parameters: Mapping[str, Any]) -> str:
        """What the conventions call an operation.

        Args:
            name: AWS's name of it.
            parameters: what the application gave.
        """
        raise NotImplementedError

    def model(self, parameters: Mapping[str, Any]) -> str | None:
        """The model that is asked: its id, or the name of a profile, prompt or deployment that stands for one."""
        return text(parameters.get("modelId"))

    def snapshot_request(
        self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, content: bool
    ) -> bytes:
        """The parameters as they are."""
        found = asked(instance, args, kwargs)
        parameters = NO_FIELDS if found is None else found[1]
        told = {name: parameters[name] for name in parameters if content or name not in self.content}
        return snapshot(told, plain)

    def snapshot_response(self, response: Any) -> bytes:
        """A response or an event of a stream, whose fields are those of the service's JSON."""
        return snapshot({name: value for name, value in response.items() if name != "ResponseMetadata"}, plain)

    def follow(self, response: Any, run: CallRun) -> Any:
        """Take a response, or the events and bytes in it as the application reads them."""
        for name in _STREAMS:
            stream = response.get(name)
            if hasattr(stream, "_event_generator"):
                follow_events(stream, run)
                return response
            if hasattr(stream, "iter_chunks"):
                follow_body(stream, run)
                return response
        run.take_response(response)
        return response
