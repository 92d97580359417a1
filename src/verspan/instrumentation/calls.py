"""A call of a model and its reply, as every client package describes them.

A client package fills these from the client's own objects and knows nothing of spans; the rest of
:mod:`verspan.instrumentation` turns them into spans and knows nothing of any client.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from verspan.instrumentation.media import blob_part, join_base64
from verspan.instrumentation.messages import Message, OutputMessage, Part, ToolCallPart, ToolDefinition


class Call(NamedTuple):
    """What is known of a call before it is sent and what samplers may look at; the rest is read when it is over."""

    operation_name: str
    provider_name: str
    request_model: str | None = None
    server_address: str | None = None
    server_port: int | None = None
    stream: bool = False

    @property
    def has_openai_flavour(self) -> bool:
        """Whether ``openai.*`` attributes belong to it, which the conventions have for that provider alone."""
        return self.provider_name.endswith("openai")  # Azure's too


@dataclass(slots=True)
class Request:
    """The parameters of a call. A field that is None was not part of the request."""

    choice_count: int | None = None
    """How many choices were asked for; None means one."""
    has_choices: bool = True
    """Whether it is answered in choices, as what a model says is and an embedding is not."""
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    seed: int | None = None
    stop_sequences: Sequence[str] | None = None
    output_type: str | None = None
    """``text``, ``json``, ``image`` or ``speech``, only where the request names a format."""
    reasoning_level: str | None = None
    conversation_id: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    """Further attributes, by the names of :mod:`verspan.semconv`."""


@dataclass(slots=True)
class CallInput:
    """What a call says: asked for only where content may be captured."""

    messages: Sequence[Message] = ()
    system_instructions: Sequence[Part] = ()
    tool_definitions: Sequence[ToolDefinition] = ()


@dataclass(slots=True)
class Usage:
    """Tokens of one call. Input includes what was read from a cache, output includes reasoning."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    audio_cache_read_input_tokens: int | None = None
    text_input_tokens: int | None = None
    text_output_tokens: int | None = None
    text_cache_read_input_tokens: int | None = None
    image_input_tokens: int | None = None
    image_output_tokens: int | None = None
    image_cache_read_input_tokens: int | None = None


@dataclass(slots=True)
class ToolCall:
    """A tool call as it is put together, whole or from the pieces of a stream."""

    id: str | None = None
    name: str | None = None
    arguments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Audio:
    """Speech as it is put together, whole or from the pieces of a stream."""

    data: list[str] = field(default_factory=list)
    """Base64, each piece encoded on its own."""
    transcript: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Choice:
    """One choice of a reply as it is put together. A stream adds to it chunk by chunk."""

    role: str = "assistant"
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    tool_calls: dict[int, ToolCall] = field(default_factory=dict)
    audio: Audio | None = None
    parts: list[Part] = field(default_factory=list)
    """What is whole already, in order; it stands before what is still being put together in the other fields."""
    finish_reason: str | None = None

    def tool_call(self, index: int) -> ToolCall:
        """The tool call at an index of this choice, begun where it is new."""
        call = self.tool_calls.get(index)
        if call is None:
            call = self.tool_calls[index] = ToolCall()
        return call

    def think(self, piece: str) -> None:
        """Go on with what is thought; what was said before stays before it."""
        if self.text:
            self._settle()
        self.reasoning.append(piece)

    def add(self, part: Part) -> None:
        """Add a whole part after all that was thought and said before."""
        self._settle()
        self.parts.append(part)

    def spoken_parts(self) -> list[Part]:
        """What is thought and said and still being put together."""
        found: list[Part] = []
        if self.reasoning:
            found.append({"type": "reasoning", "content": "".join(self.reasoning)})
        if self.text:
            found.append({"type": "text", "content": "".join(self.text)})
        return found

    def _settle(self) -> None:
        self.parts += self.spoken_parts()
        self.reasoning, self.text = [], []


class ToldFailure(NamedTuple):
    """A failure that came as an answer, in a response or an event of a stream, and that no exception told."""

    kind: str
    """The provider's code for it."""
    message: str | None = None
    """What the provider says of it, which may quote what was asked and so is content."""


@dataclass(slots=True)
class Reply:
    """What came back, filled while it comes."""

    capture_content: bool = True
    """Where this is False an adapter need not collect text; finish reasons and usage are always wanted."""
    response_id: str | None = None
    response_model: str | None = None
    choices: dict[int, Choice] = field(default_factory=dict)
    usage: Usage | None = None
    failure: ToldFailure | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    """Further attributes, by the names of :mod:`verspan.semconv`."""

    def choice(self, index: int) -> Choice:
        """The choice at an index, begun where it is new."""
        choice = self.choices.get(index)
        if choice is None:
            choice = self.choices[index] = Choice()
        return choice

    def finish_reasons(self, expected: int) -> list[str]:
        """One reason per choice in order; ``error`` where one was expected and did not come.

        Args:
            expected: how many choices the request asked for; 0 where it is not answered in choices.
        """
        if expected == 1 and len(self.choices) == 1 and 0 in self.choices:
            return [self.choices[0].finish_reason or "error"]
        count = max(expected, len(self.choices), 1 + max(self.choices, default=-1))
        found = (self.choices.get(index) for index in range(count))
        return [choice.finish_reason or "error" if choice else "error" for choice in found]

    def output_messages(self) -> list[OutputMessage]:
        """The choices as messages of the conventions, in order of their index."""
        return [_output_message(self.choices[index]) for index in sorted(self.choices)]


def _output_message(choice: Choice) -> OutputMessage:
    parts = choice.parts + choice.spoken_parts()
    if choice.refusal:
        parts.append({"type": "refusal", "content": "".join(choice.refusal)})
    if choice.audio:
        parts.append(_audio_part(choice.audio))
    parts += [_tool_call_part(choice.tool_calls[index]) for index in sorted(choice.tool_calls)]
    return {"role": choice.role, "parts": parts, "finish_reason": choice.finish_reason or "error"}


def _audio_part(audio: Audio) -> Part:
    part = dict(blob_part("audio", join_base64(audio.data)))
    if audio.transcript:
        part["transcript"] = "".join(audio.transcript)
    return part


def _tool_call_part(call: ToolCall) -> ToolCallPart:
    part: ToolCallPart = {"type": "tool_call", "name": call.name or ""}
    if call.id is not None:
        part["id"] = call.id
    if call.arguments:
        part["arguments"] = parse_arguments("".join(call.arguments))
    return part


def parse_arguments(text: str) -> Any:
    """Arguments as the object that their JSON spells; the text itself where it is not whole JSON."""
    import orjson  # here: an adapter that sees no tool call need not load it

    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
