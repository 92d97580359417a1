"""What of an assessment is checked before it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from verspan.assessments.model import AssessmentError
from verspan.errors import InvalidArgumentError

MOST_BYTES: Final = 1_048_576
"""Of a value as JSON, and of a rationale."""
_MOST_CHARACTERS: Final = 250
"""Of a name."""
_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")
_SPAN_ID: Final = re.compile(r"[0-9a-f]{16}")


def checked_trace_id(trace_id: str) -> str:
    """A trace's id in lowercase.

    Raises:
        InvalidArgumentError: it is not 32 hexadecimal digits, or all of them are zero.
    """
    return _checked_id(trace_id, _TRACE_ID, "trace")


def checked_span_id(span_id: str | None) -> str | None:
    """A span's id in lowercase, or None.

    Raises:
        InvalidArgumentError: it is not 16 hexadecimal digits, or all of them are zero.
    """
    return None if span_id is None else _checked_id(span_id, _SPAN_ID, "span")


def _checked_id(given: object, form: re.Pattern[str], what: str) -> str:
    lowered = given.strip().lower() if isinstance(given, str) else ""
    if not form.fullmatch(lowered) or not lowered.strip("0"):
        digits = form.pattern[-3:-1]
        raise InvalidArgumentError(f"{what}_id={given!r} is no {what}'s id, which is {digits} hexadecimal digits")
    return lowered


def checked_assessment_name(name: object) -> str:
    """A name without blanks around it.

    Raises:
        InvalidArgumentError: it is empty, no text or longer than 250 characters.
    """
    stripped = name.strip() if isinstance(name, str) else ""
    if not stripped or len(stripped) > _MOST_CHARACTERS:
        raise InvalidArgumentError(
            f"name={name!r:.60} is no name of an assessment: give a text of 1 to {_MOST_CHARACTERS} characters"
        )
    return stripped


def checked_value(value: Any, name: str) -> Any:
    """A value as it comes back from JSON: tuples are lists.

    Raises:
        InvalidArgumentError: JSON has no such value, or it is larger than a mebibyte.
    """
    try:
        text = orjson.dumps(value)
    except TypeError as error:
        raise InvalidArgumentError(
            f"the value of {name!r} is of the kind {type(value).__name__} and cannot be kept ({error}): "
            "give a boolean, a number, a text, or lists and mappings of these"
        ) from error
    _check_size(len(text), f"the value of {name!r}")
    plain = orjson.loads(text)
    if isinstance(value, float) and plain is None:
        raise InvalidArgumentError(f"the value of {name!r} is {value}, which is no number to count with")
    return plain


def checked_rationale(rationale: str | None) -> str | None:
    """A rationale of a size that is kept.

    Raises:
        InvalidArgumentError: it is larger than a mebibyte.
    """
    if rationale is not None:
        _check_size(len(rationale.encode("utf-8", "surrogatepass")), "the rationale")
    return rationale


def _check_size(size: int, what: str) -> None:
    if size > MOST_BYTES:
        raise InvalidArgumentError(f"{what} has {size:,} bytes, and at most {MOST_BYTES:,} are kept")


def checked_error(error: Exception | AssessmentError | None) -> AssessmentError | None:
    """What kept a judgement from being made; an exception by its class and message."""
    return AssessmentError(type(error).__name__, str(error)) if isinstance(error, Exception) else error


def checked_metadata(metadata: Mapping[str, Any] | None) -> dict[str, str]:
    """Metadata with texts alone, as MLflow keeps it."""
    return {str(name): str(value) for name, value in (metadata or {}).items()}
