"""Messages as OpenTelemetry's GenAI conventions shape them.

These are typed dictionaries rather than classes because they are the wire format itself: what an adapter builds is
serialised as it stands, with no second walk over a long history, and an optional field that is absent stays absent.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict, Union

from typing_extensions import NotRequired

Role = str  # "system", "user", "assistant", "tool", or what the provider calls it
Modality = Literal["image", "video", "audio", "document"]


class TextPart(TypedDict):
    """Something written."""

    type: Literal["text"]
    content: str


class ReasoningPart(TypedDict):
    """What a model thought, where the provider shows it."""

    type: Literal["reasoning"]
    content: str


class ToolCallPart(TypedDict):
    """A model asking for a tool."""

    type: Literal["tool_call"]
    name: str
    id: NotRequired[str]
    arguments: NotRequired[Any]


class ToolCallResponsePart(TypedDict):
    """What the tool answered."""

    type: Literal["tool_call_response"]
    response: Any
    id: NotRequired[str]


class BlobPart(TypedDict):
    """Binary content inside the message, base64."""

    type: Literal["blob"]
    modality: Modality
    content: str
    mime_type: NotRequired[str]


class FilePart(TypedDict):
    """A file that the provider holds."""

    type: Literal["file"]
    modality: Modality
    file_id: str
    mime_type: NotRequired[str]


class UriPart(TypedDict):
    """Content at an address."""

    type: Literal["uri"]
    modality: Modality
    uri: str
    mime_type: NotRequired[str]


class RefusalPart(TypedDict):
    """A model declining; a generic part, the conventions name none for it."""

    type: Literal["refusal"]
    content: str


Part = Union[
    TextPart,
    ReasoningPart,
    ToolCallPart,
    ToolCallResponsePart,
    BlobPart,
    FilePart,
    UriPart,
    RefusalPart,
    "dict[str, Any]",  # the conventions' generic part: a type of any name and whatever goes with it
]


class Message(TypedDict):
    """One message of a conversation."""

    role: Role
    parts: list[Part]
    name: NotRequired[str]


class OutputMessage(Message):
    """One choice of a reply."""

    finish_reason: NotRequired[str]


class ToolDefinition(TypedDict):
    """A tool that the model may ask for."""

    type: str
    name: str
    description: NotRequired[str]
    parameters: NotRequired[Any]
