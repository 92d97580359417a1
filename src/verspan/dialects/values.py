"""Readings of single values: of the right type, out of JSON text, or by a word of the dialect's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from verspan.dialects.table import Reading
from verspan.instrumentation.fields import fields, integer, number, text
from verspan.semconv import EXCEPTION_EVENT, EXCEPTION_TYPE
from verspan.traces.model import SpanRecord

Convert = Callable[[Any], Any]


def parsed(value: Any) -> Any:
    """What JSON text means; anything else, and text that is no JSON, as it is."""
    if not isinstance(value, (str, bytes)):
        return value
    try:
        return orjson.loads(value)
    except ValueError:
        return value


def said(convert: Convert) -> Reading:
    """Reads the attribute's value by a conversion, which gives None for what it does not take."""
    return lambda span, theirs: convert(span.attributes.get(theirs))


def said_in_json(convert: Convert = lambda value: value, *path: str) -> Reading:
    """Likewise, of a value that is JSON text.

    Args:
        convert: the conversion.
        path: the fields that lead to the value inside the JSON.
    """

    def read(span: SpanRecord, theirs: str) -> Any:
        value = parsed(span.attributes.get(theirs))
        for name in path:
            value = fields(value).get(name)
        return convert(value)

    return read


def by_word(words: Mapping[str, str]) -> Convert:
    """Takes the words of a mapping, in whatever case, to what they mean."""
    return lambda value: words.get(value.lower()) if isinstance(value, str) else None


def filled_text(value: Any) -> str | None:
    """A text that is not empty."""
    return text(value) or None


def whole_number(value: Any) -> int | None:
    """An integer, also one that is written as a number with nothing behind the point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return integer(value)


def positive_number(value: Any) -> int | None:
    """An integer above zero: most dialects count 0 of what there is none of."""
    return whole_number(value) or None


def only_one(value: Any) -> list[str] | None:
    """A text as the only one of a list."""
    return [value] if isinstance(value, str) and value else None


def seconds_of(value: Any) -> float | None:
    """Milliseconds as seconds."""
    found = number(value)
    return None if found is None else found / 1000


def text_list(value: Any) -> list[str] | None:
    """A list of texts, given as one or as a text that is the only one."""
    if isinstance(value, (list, tuple)):
        return [one for one in value if isinstance(one, str)] or None
    return only_one(value)


def listed_in_text(value: Any) -> list[str] | None:
    """A list that was written as JSON text; None for one that is a list already."""
    return text_list(parsed(value)) if isinstance(value, str) else None


def exception_type(span: SpanRecord, theirs: str) -> str | None:  # noqa: ARG001 - a reading's signature
    """The type of the last exception that a failed span tells of."""
    if span.status_code != "ERROR":
        return None
    types = [event.attributes.get(EXCEPTION_TYPE) for event in span.events if event.name == EXCEPTION_EVENT]
    return next((filled_text(kind) for kind in reversed(types)), None)


_PROVIDERS: Mapping[str, str] = {
    "alibaba": "alibaba_cloud",
    "amazon-bedrock": "aws.bedrock",
    "aws": "aws.bedrock",
    "az.ai.inference": "azure.ai.inference",
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "azure-openai": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "google.generative-ai": "gcp.gemini",
    "google.vertex": "gcp.vertex_ai",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "moonshot": "moonshot_ai",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
_SURFACES = (".chat", ".responses", ".completion", ".embedding", ".messages", ".generative-ai", ".image")


def provider(value: Any) -> str | None:
    """The conventions' word for a provider; what it has no word for stays, in lower case."""
    named = filled_text(value)
    if named is None:
        return None
    word = named.lower()
    if word in _PROVIDERS:
        return _PROVIDERS[word]
    for surface in _SURFACES:  # the AI SDK adds which of the provider's endpoints it is
        if word.endswith(surface):
            return provider(word.removesuffix(surface))
    return word
