"""Every operation that no other adapter describes, those included that the services get tomorrow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import Reply, Request
from verspan.instrumentation.fields import NO_FIELDS, field, text
from verspan.instrumentation.serialising import snapshot
from verspan.semconv import AWS_BEDROCK_GUARDRAIL_ID
from verspan_bedrock._client import ClientAdapter, asked

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class OtherAdapter(ClientAdapter):
    """Takes any operation; it is to be asked last."""

    name = "bedrock.other"

    def operation_name(self, name: str, parameters: Mapping[str, Any]) -> str:  # noqa: ARG002 - as its base has it
        """AWS's name of the operation, in the conventions' spelling."""
        return _WORD.sub("_", name).lower()

    def snapshot_request(
        self,
        instance: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,  # noqa: ARG002 - none of it is taken
    ) -> bytes:
        """Which guardrail is asked; of the rest nothing is known."""
        _, parameters = asked(instance, args, kwargs) or ("", NO_FIELDS)
        return snapshot({"guardrailIdentifier": parameters.get("guardrailIdentifier")})

    def snapshot_response(self, response: Any) -> bytes:  # noqa: ARG002 - of the protocol
        """Nothing: what it means differs from operation to operation."""
        return b"{}"

    def read_request(self, body: Any) -> Request:
        """Which guardrail is asked."""
        guardrail = text(field(body, "guardrailIdentifier"))
        return Request(has_choices=False, extra={AWS_BEDROCK_GUARDRAIL_ID: guardrail} if guardrail else {})

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Nothing is read."""
