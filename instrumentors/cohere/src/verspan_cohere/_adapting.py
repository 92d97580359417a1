"""What the adapters of all endpoints of this client share: its arguments, responses, servers and counts of tokens."""

from __future__ import annotations

from collections.abc import Mapping
from types import AsyncGeneratorType, GeneratorType
from typing import Any

from verspan.instrumentation.calls import Usage
from verspan.instrumentation.fields import field, fields, integer, number
from verspan.instrumentation.generated import resources
from verspan.instrumentation.generated.adapting import EndpointAdapter
from verspan.instrumentation.generated.endpoints import Endpoint
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.servers import Server, server_at

_AWS = {"bedrock": "aws.bedrock", "sagemaker": "aws.sagemaker"}
"""By the service of AWS that a client asks, the provider."""


class CohereAdapter(EndpointAdapter):
    """Takes calls of one endpoint; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    provider_name = "cohere"

    def arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
        """The method's arguments by their names, without those that were left out or are no part of the request."""
        given = super().arguments(args, kwargs)
        return {name: value for name, value in given.items() if value is not ... and name != "request_options"}

    def provider_of(self, resource: Any) -> str:
        """Cohere, or the service of AWS that runs its models."""
        return _AWS.get(_aws_service(resource) or "", self.provider_name)

    def server_of(self, resource: Any, given: Mapping[str, Any]) -> Server:  # noqa: ARG002 - of the protocol
        """Who answers; of AWS's services the client knows only while it sends."""
        if _aws_service(resource):
            return Server(None, None)
        return server_at(resource._client_wrapper.get_base_url())  # noqa: SLF001 - there is no other way to it

    def is_stream(self, response: Any) -> bool:
        """Whether the response is a stream of events, which the client gives by a generator."""
        return isinstance(response, (GeneratorType, AsyncGeneratorType))

    def is_raw(self, response: Any) -> bool:  # noqa: ARG002 - of the protocol
        """No: an envelope has its answer with it."""
        return False

    def http_response(self, response: Any) -> Any:  # noqa: ARG002 - of the protocol
        """None: the client's generators keep what they read from to themselves."""
        return None

    def snapshot_response(self, response: Any) -> bytes:
        """A response or an event as the JSON that it was made of."""
        http_response = getattr(response, "_response", None)  # of the client's envelopes, which have read it
        return snapshot(response, json_of) if http_response is None else bytes(http_response.content)


class OtherAdapter(CohereAdapter, resources.ResourceAdapter):
    """Takes calls of every endpoint that has no adapter of its own."""

    name = "cohere.other"
    operation_names = {  # noqa: RUF012 - a constant of the protocol
        "Base.check_api_key": "check_api_key",
        "Base.detokenize": "detokenize",
        "Base.summarize": "summarize_text",
        "Base.tokenize": "tokenize",
    }

    def __init__(self, endpoint: Endpoint | None = None) -> None:
        """Take calls of an endpoint, by the name that its resource has in the API."""
        found = endpoint or Endpoint("", "")
        resource = found.resource.removeprefix("Raw").removesuffix("Client").removesuffix("Cohere")
        super().__init__(Endpoint(resource, found.method, found.parameters))

    def snapshot_response(self, response: Any) -> bytes:  # noqa: ARG002 - of the protocol
        """Nothing: what an answer means differs from endpoint to endpoint."""
        return b"{}"


def json_of(value: Any) -> Any:
    """One of the client's models as JSON; what else JSON has no form for as it shows itself."""
    dump = getattr(value, "model_dump", None)
    return repr(value) if dump is None else dump(mode="json", by_alias=True, exclude_none=True, warnings=False)


def read_usage(told: Any) -> Usage | None:
    """The tokens of ``usage`` or ``meta``: those that are billed, which are less than those that the model read."""
    billed, counted = fields(field(told, "billed_units")), fields(field(told, "tokens"))
    if not billed and not counted:
        return None
    return Usage(
        input_tokens=_count(billed, "input_tokens", counted),
        output_tokens=_count(billed, "output_tokens", counted),
        cache_read_input_tokens=_whole(field(told, "cached_tokens")),
    )


def _count(billed: Mapping[str, Any], name: str, counted: Mapping[str, Any]) -> int | None:
    found = _whole(billed.get(name))
    return _whole(counted.get(name)) if found is None else found


def _whole(value: Any) -> int | None:
    """The client has its counts as numbers of any kind."""
    found = number(value)
    return integer(value) if found is None else int(found)


def _aws_service(resource: Any) -> str | None:
    """The service of AWS that a client's requests are turned into requests of; None where they are not."""
    wrapper = getattr(resource, "_client_wrapper", None)
    http = getattr(getattr(wrapper, "httpx_client", None), "httpx_client", None)
    for hook in getattr(http, "event_hooks", {}).get("request", ()):
        if hook.__module__ == "cohere.aws_client":
            named = [cell.cell_contents for cell in hook.__closure__ or ()]
            return next((name for name in _AWS if name in named), "bedrock")
    return None
