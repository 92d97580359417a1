"""Every endpoint of a generated client that has no adapter of its own, those included that it gets tomorrow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import Reply, Request
from verspan.instrumentation.endpoints import operation_name
from verspan.instrumentation.fields import NO_FIELDS, field, text
from verspan.instrumentation.generated.adapting import EndpointAdapter, json_of
from verspan.instrumentation.openai_json.usage import read_usage
from verspan.instrumentation.serialising import snapshot

_REQUESTS = {
    "create": "post /{}",
    "upload": "post /{}",
    "list": "get /{}",
    "get": "get /{}/1",
    "retrieve": "get /{}/1",
    "update": "patch /{}/1",
    "delete": "delete /{}/1",
}
"""Of a resource by its name, the requests that its usual methods make."""
_TOLD = ("model", "usage")
"""The fields of an answer that are read."""
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class ResourceAdapter(EndpointAdapter):
    """Takes any request, of which no more is told than what it is, the model and the tokens."""

    operation_names: ClassVar[Mapping[str, str]] = NO_FIELDS
    """Those of endpoints that have one of their own, by resource and method, such as ``Files.signed_url``."""

    @property
    def operation_name(self) -> str:
        """A verb and what it is done to, such as ``create_agent``."""
        resource, method = self.endpoint.resource, self.endpoint.method
        known = self.operation_names.get(f"{resource}.{method}")
        if known is not None:
            return known
        request = _REQUESTS.get(method.partition("_")[0], f"post /{{}}/1/{method}")
        verb, path = request.format(_CAPITAL.sub("_", resource).lower()).split()
        return operation_name(verb, path)

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],  # noqa: ARG002 - likewise
        kwargs: Mapping[str, Any],  # noqa: ARG002 - likewise
        *,
        content: bool,  # noqa: ARG002 - likewise
    ) -> bytes:
        """Nothing: what it means differs from endpoint to endpoint."""
        return b"{}"

    def snapshot_response(self, response: Any) -> bytes:
        """The few fields that are read."""
        return snapshot({name: getattr(response, name) for name in _TOLD if hasattr(response, name)}, json_of)

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """No parameters."""
        return Request(has_choices=False)

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from an answer, or add an event to it."""
        reply.response_model = text(field(body, "model")) or reply.response_model
        if isinstance(usage := field(body, "usage"), dict):
            reply.usage = read_usage(usage)
