"""The redactor in force, which whoever writes anything asks for."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from verspan.errors import VerspanError
from verspan.redaction.redactor import FAILED, Marked, Redactor, marked
from verspan.semconv import ENV_REDACT
from verspan.settings import RedactionSpec

_logger = logging.getLogger(__name__)


class _Current:
    redactor: Redactor | None = None
    decided = False
    """Whether anybody has said; until then the environment says."""


def active_redactor() -> Redactor | None:
    """The redactor in force; None where none was asked for, and then nothing is looked at."""
    if not _Current.decided:
        named = os.environ.get(ENV_REDACT, "")
        set_redactor(redactor_of([name for name in map(str.strip, named.split(",")) if name]))
    return _Current.redactor


def set_redactor(redactor: Redactor | None) -> None:
    """Put a redactor in force, or none."""
    _Current.redactor, _Current.decided = redactor, True


def redactor_of(specs: Sequence[RedactionSpec]) -> Redactor | None:
    """The redactor for what the settings say; where that cannot be had it is logged, and one that keeps no text."""
    try:
        return Redactor(specs) if specs else None
    except VerspanError as error:
        _logger.warning("No text is kept, since it cannot be redacted as asked (%s). Mend VERSPAN_REDACT.", error)
        return Redactor([_refusal])


def redacted_attributes(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Attributes as they may be set on a span or an event; they themselves where nothing is redacted."""
    redactor = active_redactor()
    return attributes if redactor is None else redactor.for_span(attributes)


def redacted_text(text: str) -> str:
    """A text as it may be a span's name or what its status says."""
    redactor = active_redactor()
    return text if redactor is None else Marked(redactor.text(text))


def content_text(document: bytes) -> str:
    """Content's JSON as the text of an attribute; it was redacted when it became JSON and is not again."""
    text = document.decode()
    return text if active_redactor() is None else Marked(text)


def content_value(document: bytes) -> Any:
    """The same in structured form, as the conventions want it on events."""
    value = orjson.loads(document)
    return value if active_redactor() is None else marked(value)


def _refusal(text: str) -> str:  # noqa: ARG001 - whatever it is
    return FAILED
