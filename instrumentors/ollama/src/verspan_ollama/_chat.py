"""``chat`` and ``generate``: what a model is asked and what it says, whole or line by line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import CallInput, Choice, Reply, Request, Usage
from verspan.instrumentation.fields import field, fields, integer, items, number, text, texts
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Message, Part, ToolCallPart
from verspan.instrumentation.parameters import assigned, read_parameters, stop_sequences
from verspan.instrumentation.parts import definition, text_parts
from verspan.instrumentation.serialising import snapshot
from verspan_ollama._client import ClientAdapter


class ChatAdapter(ClientAdapter):
    """Takes a chat; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "ollama.chat"
    paths: ClassVar[Collection[str]] = ("/api/chat",)
    operation_name = "chat"
    content: ClassVar[Collection[str]] = ("messages", "tools")

    def read_request(self, body: Any) -> Request:
        """The parameters of a request."""
        request = read_parameters(field(body, "options"), _OPTIONS, Request())
        request.reasoning_level = text(field(body, "think"))
        if field(body, "format"):  # "json" or a schema
            request.output_type = "json"
        return request

    def read_input(self, body: Any) -> CallInput:
        """The messages and tools of a request."""
        return CallInput(
            messages=[_message(fields(message)) for message in items(field(body, "messages"))],
            tool_definitions=[
                definition(text(field(tool, "type")) or "function", fields(field(tool, "function")))
                for tool in items(field(body, "tools"))
            ],
        )

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from a whole answer, or add one line of a stream to it."""
        own, choice = fields(body), reply.choice(0)
        reply.response_model = text(own.get("model")) or reply.response_model
        if reply.capture_content:
            _add(fields(own.get("message")) or own, choice)
        if own.get("done"):
            choice.finish_reason = text(own.get("done_reason")) or "stop"  # old servers say no reason
            reply.usage = Usage(integer(own.get("prompt_eval_count")), integer(own.get("eval_count")))


class GenerateAdapter(ChatAdapter):
    """Takes a request to go on from a prompt, or to draw what it says."""

    name = "ollama.generate"
    paths: ClassVar[Collection[str]] = ("/api/generate",)
    operation_name = "text_completion"
    content: ClassVar[Collection[str]] = ("prompt", "suffix", "system", "template", "images")

    def read_input(self, body: Any) -> CallInput:
        """The prompt with its images, and the system's instructions."""
        said = [*texts(field(body, "prompt")), *texts(field(body, "suffix"))]
        parts = [*text_parts(said), *_images(body)]
        return CallInput(
            messages=[{"role": "user", "parts": parts}] if parts else [],
            system_instructions=text_parts(texts(field(body, "system"))),
        )


def _message(own: Mapping[str, Any]) -> Message:
    role = text(own.get("role")) or ""
    if role == "tool":
        answered: Message = {"role": role, "parts": [{"type": "tool_call_response", "response": own.get("content")}]}
        if name := text(own.get("tool_name")):
            answered["name"] = name
        return answered
    parts: list[Part] = []
    if thinking := text(own.get("thinking")):
        parts.append({"type": "reasoning", "content": thinking})
    parts += text_parts(texts(own.get("content")))
    return {"role": role, "parts": [*parts, *_images(own), *map(_tool_call, items(own.get("tool_calls")))]}


def _images(own: Any) -> list[Part]:
    return [blob_part("image", content) for content in texts(field(own, "images"))]


def _tool_call(call: Any) -> ToolCallPart:
    function = fields(field(call, "function"))
    part: ToolCallPart = {"type": "tool_call", "name": text(function.get("name")) or ""}
    if function.get("arguments") is not None:
        part["arguments"] = function["arguments"]
    return part


def _add(said: Mapping[str, Any], choice: Choice) -> None:
    choice.role = text(said.get("role")) or choice.role
    if thinking := text(said.get("thinking")):
        choice.reasoning.append(thinking)
    if content := text(said.get("content")) or text(said.get("response")):
        choice.text.append(content)
    if image := text(said.get("image")):
        choice.parts.append(blob_part("image", image))
    for call in items(said.get("tool_calls")):
        _add_tool_call(fields(field(call, "function")), choice)


def _add_tool_call(function: Mapping[str, Any], choice: Choice) -> None:
    call = choice.tool_call(len(choice.tool_calls))  # each comes whole, in one line
    call.name = text(function.get("name"))
    call.arguments.append(snapshot(function.get("arguments") or {}).decode())


_OPTIONS = {
    "temperature": assigned("temperature", number),
    "top_p": assigned("top_p", number),
    "top_k": assigned("top_k", integer),
    "num_predict": assigned("max_tokens", integer),
    "seed": assigned("seed", integer),
    "stop": assigned("stop_sequences", stop_sequences),
    "frequency_penalty": assigned("frequency_penalty", number),
    "presence_penalty": assigned("presence_penalty", number),
}
