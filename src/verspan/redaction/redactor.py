"""The redactor: rules applied to texts, and to values and JSON that are made of texts."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from verspan import semconv
from verspan.redaction.rules import BuiltIn, Redaction, rules_of
from verspan.settings import RedactionSpec

FAILED = "[redaction failed]"
"""What stands in the place of a text whose redaction raised."""
_SHORT_NUMBER = 10**6  # a longer one may be that of a card or a telephone
_SHORT, _MOST_KNOWN = 80, 4096  # the values of most attributes are short, and come again with every span
_DEEPEST = 32  # JSON in texts in JSON
_logger = logging.getLogger(__name__)

_IDENTIFYING = frozenset(
    {
        *(semconv.LOGGED_MODEL_ID, semconv.LOGGED_MODEL_NAME, semconv.LOGGED_MODEL_CALLER_ID),
        *(semconv.GEN_AI_OPERATION_NAME, semconv.GEN_AI_PROVIDER_NAME, semconv.GEN_AI_OUTPUT_TYPE),
        *(semconv.GEN_AI_REQUEST_MODEL, semconv.GEN_AI_RESPONSE_MODEL, semconv.GEN_AI_RESPONSE_FINISH_REASONS),
        *(semconv.ERROR_TYPE, semconv.EXCEPTION_TYPE, semconv.CODE_FUNCTION_NAME, semconv.VERSPAN_SPAN_TYPE),
        *(semconv.VERSPAN_COST_PRICE_VERSION, semconv.SERVICE_NAME),
    }
)
"""Attributes by which spans are found and counted, and which say nothing of what was said."""

_SHAPE = frozenset(
    {
        *("arguments", "content", "description", "file_id", "finish_reason", "id", "mime_type", "modality", "name"),
        *("parameters", "parts", "properties", "required", "response", "role", "type", "uri"),
        *("assistant", "developer", "system", "tool", "user"),
        *(
            "blob",
            "file",
            "reasoning",
            "text",
            "tool_call",
            "tool_call_response",
            "image",
            "audio",
            "video",
            "document",
        ),
        *("error", "length", "stop", "tool_calls", "function", "object", "string"),
    }
)
"""Words of the conventions' messages and tool definitions: a text that is one of them alone is part of the shape."""


class Marked(str):
    """A text that has been redacted: put on a span, it is not redacted again where the span leaves.

    A function need not give the same again for what it gave, as one that replaces names by hashes does not.
    """

    __slots__ = ()


class Redactor:
    """Applies rules, in their order, to whatever has texts in it. None of the methods raises."""

    def __init__(self, redact: Iterable[RedactionSpec]) -> None:
        """Make a redactor.

        Args:
            redact: functions, patterns, rules, and names of built-in ones.

        Raises:
            InvalidArgumentError: one of them is nothing that can redact.
            MissingPackageError: ``presidio`` is named and not installed.
        """
        self._rules = rules_of(redact)
        self._known: dict[tuple[str, str], str] = {}
        self._said: set[tuple[str, str]] = set()

    def text(self, text: str) -> str:
        """A text without what must not be kept; one that is a JSON object or array keeps its structure."""
        redacted: str = self.value(text)
        return redacted

    def value(self, value: Any, name: str = "") -> Any:
        """An attribute's value with every text in it redacted.

        Args:
            value: text, number, boolean, bytes, None, or lists and mappings of these; of anything else, its text.
            name: the name of the attribute or field, which may tell that the value is a secret.
        """
        try:
            return self._value(value, name, 0)
        except Exception as error:  # noqa: BLE001 - what cannot be looked at must not be kept
            self._say(error, "a value")
            return FAILED

    def attributes(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Attributes with every text in their values redacted; names, and what identifies a version or model, stay."""
        return {
            name: value if name in _IDENTIFYING or type(value) is bool else self.value(value, name)
            for name, value in attributes.items()
        }

    def for_span(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """The same for attributes that are set on a span or an event, whose texts are :class:`Marked`."""
        return {name: marked(value) for name, value in self.attributes(attributes).items()}

    def json(self, document: bytes) -> bytes:
        """A JSON document with every text in it redacted; the document itself, byte for byte, where none has to be."""
        try:
            found = _loads(document)
            redacted = self._value(found, "", 0)
            return document if redacted == found else _dumps(redacted)
        except Exception as error:  # noqa: BLE001 - likewise
            self._say(error, "a document")
            return _dumps(FAILED)

    def _value(self, value: Any, name: str, depth: int) -> Any:
        if value is None or isinstance(value, (bool, float)):
            return value
        if isinstance(value, int):
            return self._number(value, name)
        if isinstance(value, bytes):
            return self._text(value.decode("utf-8", "surrogateescape"), name, depth).encode("utf-8", "surrogateescape")
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self._value(item, name, depth) for item in value]
        return self._text(value if isinstance(value, str) else str(value), name, depth)

    def _mapping(self, mapping: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in mapping.items():
            key = self._text(name if isinstance(name, str) else str(name), "", depth)
            if key in found:  # two that are alike once they are redacted are two all the same
                key = f"{key} {len(found)}"
            found[key] = self._value(value, str(name), depth)
        return found

    def _number(self, number: int, name: str) -> int | str:
        """A number is looked at by the built-in rules alone: a function would be given every count."""
        if -_SHORT_NUMBER < number < _SHORT_NUMBER:
            return number
        text = str(number)
        redacted = self._applied(text, name, [rule for rule in self._rules if isinstance(rule, BuiltIn)])
        return number if redacted == text else redacted

    def _text(self, text: str, name: str, depth: int) -> str:
        plain = str.__str__(text)  # of a member of an enumeration, its value
        if type(text) is Marked or plain in _SHAPE:
            return plain
        if plain[:1] in ("{", "[", " ", "\n") and depth < _DEEPEST:
            found = _container(plain)
            if found is not None:
                redacted = self._value(found, name, depth + 1)
                return plain if redacted == found else _dumps(redacted).decode()
        return self._applied(plain, name, self._rules) if len(plain) > _SHORT else self._short(plain, name)

    def _short(self, text: str, name: str) -> str:
        known = self._known.get((name, text))
        if known is None:
            known = self._applied(text, name, self._rules)
            if len(self._known) >= _MOST_KNOWN:
                self._known = {}
            if known != FAILED:
                self._known[name, text] = known
        return known

    def _applied(self, text: str, name: str, rules: Iterable[Redaction]) -> str:
        for rule in rules if text else ():
            text = self._redacted(rule, text, name)
            if text == FAILED:
                break
        return text

    def _redacted(self, rule: Redaction, text: str, name: str) -> str:
        try:
            given: Any = rule.field(name, text) if isinstance(rule, BuiltIn) else rule(text)
        except Exception as error:  # noqa: BLE001 - whatever a rule of the application's stumbles over
            self._say(error, _name(rule))
            return FAILED
        if isinstance(given, str):
            return given
        self._say(TypeError(), _name(rule))
        return FAILED

    def _say(self, error: Exception, what: str) -> None:
        kind = (what, type(error).__name__)
        if kind not in self._said:
            self._said.add(kind)
            # Not the error's message, which may quote the text.
            _logger.warning(
                "Redaction of a text failed (%s in %s): %s stands in its place. Further failures of this kind are not "
                "logged.",
                type(error).__name__,
                what,
                FAILED,
            )


def marked(value: Any) -> Any:
    """A redacted value of an attribute, with every text in it marked."""
    if isinstance(value, str):
        return Marked(value)
    if isinstance(value, Mapping):
        return {marked(name): marked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner) for inner in value]
    return value


def _name(rule: Redaction) -> str:
    return str(getattr(rule, "name", None) or getattr(rule, "__qualname__", None) or type(rule).__qualname__)


def _container(text: str) -> Any:
    """The object or array that a text is the JSON of, or None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return _loads(text)
    except ValueError:
        return None


def _loads(document: str | bytes) -> Any:
    try:
        return orjson.loads(document)
    except orjson.JSONDecodeError:
        return json.loads(document)  # which takes NaN and a lone surrogate


def _dumps(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except (TypeError, ValueError):
        return json.dumps(value).encode()
