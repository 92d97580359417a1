"""InvokeModel, whose bodies are each model's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import CallInput, Reply, Request, Usage
from verspan.instrumentation.fields import NO_FIELDS, field, fields, text
from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.parameters import extra, read_parameters
from verspan.instrumentation.serialising import from_snapshot, snapshot
from verspan.semconv import AWS_BEDROCK_GUARDRAIL_ID
from verspan_bedrock import _bodies
from verspan_bedrock._client import ClientAdapter, asked
from verspan_bedrock._converse import PARAMETERS

_TOKENS = "x-amzn-bedrock-"


class InvokeAdapter(ClientAdapter):
    """Takes InvokeModel and InvokeModelWithResponseStream; see :mod:`verspan_bedrock._bodies` for what they say."""

    name = "bedrock.invoke_model"
    operations = ("InvokeModel", "InvokeModelWithResponseStream")

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Describe a call of a model; None for any other operation."""
        call = super().describe(instance, args, kwargs)
        return call and call._replace(stream=args[0] != "InvokeModel")

    def operation_name(self, name: str, parameters: Mapping[str, Any]) -> str:  # noqa: ARG002 - as its base has it
        """What is asked for, by the model's name, and by whether the body has messages."""
        model = (self.model(parameters) or "").lower()
        if "embed" in model:
            return "embeddings"
        if _draws(model):
            return "generate_image"
        return "chat" if b'"messages"' in _bytes(parameters.get("body")) else "text_completion"

    def snapshot_request(
        self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, content: bool
    ) -> bytes:
        """The body as text, or of its parameters alone; one that is a file is left to the client."""
        _, parameters = asked(instance, args, kwargs) or ("", NO_FIELDS)
        told: dict[str, Any] = {name: parameters.get(name) for name in ("modelId", "guardrailIdentifier")}
        body = _bytes(parameters.get("body"))
        if content:
            return snapshot({**told, "body": body.decode("utf-8", "replace")})
        return snapshot({**told, "parameters": {name: value for name, value in _settings(body) if name in PARAMETERS}})

    def snapshot_response(self, response: Any) -> bytes:
        """One part of a stream: the bytes of the model's own JSON."""
        return bytes(response.get("chunk", NO_FIELDS).get("bytes", b"{}"))

    def follow(self, response: Any, run: CallRun) -> Any:
        """Take what stands beside the body, and the body as it is read."""
        headers = response.get("ResponseMetadata", NO_FIELDS).get("HTTPHeaders", NO_FIELDS)
        counts = {name: value for name, value in headers.items() if name.startswith(_TOKENS)}
        if counts and run.read:
            run.answer.documents += [b"", snapshot({"headers": counts})]  # after the body, which comes first
        return super().follow(response, run)

    def read_request(self, body: Any) -> Request:
        """The parameters of a request, under whichever names the model has for them."""
        model = text(field(body, "modelId")) or ""
        request = Request(has_choices="embed" not in model, output_type="image" if _draws(model) else None)
        told = fields(field(body, "parameters")) or dict(_settings(_text_of(body)))
        read_parameters(told, PARAMETERS, request)
        return read_parameters(body, _GUARDED, request)

    def read_input(self, body: Any) -> CallInput:
        """What the body says."""
        return _bodies.read_input(_json(_text_of(body)))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a body, from a part of a stream, or from the counts that stand beside a body."""
        headers = fields(field(body, "headers"))
        if not headers:
            _bodies.read_reply(fields(body), reply)
        elif reply.usage is None:  # most bodies count by themselves, and some tell more
            reply.usage = _counted(headers)


def _draws(model: str) -> bool:
    return any(part in model for part in ("image", "canvas", "stability."))


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode("utf-8", "replace")
    return bytes(body) if isinstance(body, (bytes, bytearray)) else b""


def _text_of(body: Any) -> bytes:
    return (text(field(body, "body")) or "").encode("utf-8", "replace")


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        return fields(from_snapshot(body))
    except ValueError:
        return NO_FIELDS


def _settings(body: bytes) -> Any:
    """The parameters in a body, beside those that some models keep together."""
    own = _json(body)
    together = (fields(own.get(name)) for name in ("inferenceConfig", "textGenerationConfig"))
    return [*own.items(), *(pair for found in together for pair in found.items())]


def _counted(headers: Mapping[str, Any]) -> Usage:
    def count(name: str) -> int | None:
        told = text(headers.get(f"{_TOKENS}{name}-token-count"))
        return int(told) if told is not None and told.isdecimal() else None

    return Usage(count("input"), count("output"), count("cache-read-input"), count("cache-write-input"))


_GUARDED = {"guardrailIdentifier": extra(AWS_BEDROCK_GUARDRAIL_ID, text)}
