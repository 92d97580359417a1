"""Every request that no other adapter describes, those included that the client sends tomorrow."""

from __future__ import annotations

import re
from typing import Any

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.endpoints import operation_name
from verspan.instrumentation.fields import field, items, text
from verspan.instrumentation.parts import spoken
from verspan_google_genai._adapting import RequestAdapter
from verspan_google_genai._client import Sent
from verspan_google_genai._contents import definitions_of, messages_of, parts_of

_PARENT = re.compile(
    r"^/*(upload/)?(v\d\w*/)?(projects/[^/]+/locations/[^/]+/)?(publishers/[^/]+/)?(models/[^/:]+(/|(?=:)))?"
)
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MODEL_VERBS = {
    "asyncBatchEmbedContent": "create_batch",
    "batchGenerateContent": "create_batch",
    "fetchPredictOperation": "fetch_operation",
    "predictLongRunning": "generate_video",
}
"""By what is asked of a model, the operations that have names of their own; others are called as the API does."""


class OtherAdapter(RequestAdapter):
    """Takes any request; see :class:`verspan.instrumentation.adapter.CallAdapter`. It is to be asked last."""

    name = "google-genai.other"
    content = ("contents", "systemInstruction", "tools", "instances", "generateContentRequest")

    def operation_of(self, asked: Sent) -> str | None:
        """A verb and what it is done to, without any id."""
        resource, _, verb = _PARENT.sub("", asked.path).partition(":")
        if verb and not resource:  # of a model
            return _MODEL_VERBS.get(verb) or _words(verb)
        segments = [_words(segment) if at % 2 == 0 else "1" for at, segment in enumerate(resource.split("/"))]
        return operation_name(asked.method, "/".join([*segments, _words(verb)]))

    def snapshot_request(self, instance: Any, args: tuple[Any, ...], kwargs: Any, *, content: bool) -> bytes:
        """What the request says, where that may be captured; its parameters differ from endpoint to endpoint."""
        return super().snapshot_request(instance, args, kwargs, content=True) if content else b"{}"

    def snapshot_response(self, response: Any) -> bytes:  # noqa: ARG002 - of the protocol
        """Nothing: what an answer means differs from endpoint to endpoint, and files are answers too."""
        return b"{}"

    def read_request(self, body: Any) -> Request:  # noqa: ARG002 - of the protocol
        """No parameters."""
        return Request(has_choices=False)

    def read_input(self, body: Any) -> CallInput:
        """Contents and prompts, as a cache, a count of tokens and a video have them."""
        prompts = [text(field(one, "prompt")) or "" for one in items(field(body, "instances"))]
        return CallInput(
            messages=[*messages_of(field(body, "contents")), *spoken("user", *prompts)],
            system_instructions=parts_of(field(body, "systemInstruction")),
            tool_definitions=definitions_of(field(body, "tools")),
        )

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Nothing."""


def _words(name: str) -> str:
    return _CAPITAL.sub("_", name).lower()
