"""Every endpoint that no other adapter describes, those included that the client gets tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from verspan.instrumentation.calls import Call, CallInput, Reply, Request
from verspan.instrumentation.endpoints import operation_name
from verspan.instrumentation.fields import field, fields, texts
from verspan.instrumentation.openai_json.usage import read_usage
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.stainless.client import fields_of
from verspan_ollama._client import ClientAdapter, sent

NAMES = {
    "get ps": "list_running_models",
    "get tags": "list_models",
    "post blobs/{}": "create_blob",
    "post copy": "copy_model",
    "post create": "create_model",
    "delete delete": "delete_model",
    "post pull": "pull_model",
    "post push": "push_model",
    "post show": "fetch_model",
    "post web_fetch": "fetch_page",
    "post web_search": "search_web",
}
"""By method and path, with ``{}`` for each id, the operations that have names of their own."""
_SAID = ("query", "url", "system", "state")
"""The fields of a request that may hold text."""


class OtherAdapter(ClientAdapter):
    """Takes any request; it is to be asked last."""

    name = "ollama.other"

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request by its method and path."""
        asked = sent(args, kwargs)
        if asked is None:
            return None
        path = urlsplit(asked.path).path.removeprefix("/api")
        return self.call(instance, asked, operation_name(asked.method, path, NAMES))

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """The texts of a request."""
        asked = sent(args, kwargs)
        if asked is None or not content:
            return b"{}"
        return snapshot({name: texts(asked.body.get(name)) for name in _SAID})

    def snapshot_response(self, response: Any) -> bytes:
        """The tokens, where an answer tells them."""
        return snapshot({"usage": getattr(response, "usage", None)}, fields_of)

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """No parameters: what they mean differs from endpoint to endpoint."""
        return Request(has_choices=False)

    def read_input(self, body: Any) -> CallInput:
        """The texts of a request."""
        return CallInput(messages=spoken("user", *(one for name in _SAID for one in texts(field(body, name)))))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from an answer, or from the lines that tell how far something is."""
        usage = fields(field(body, "usage"))
        if usage:
            reply.usage = read_usage(usage)
