"""What may be written into a version's record: texts of bounded length, and finite numbers."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from typing import Final

from verspan.errors import InvalidArgumentError
from verspan.versions.identity import checked_name

MAX_PARAM_LENGTH: Final = 6_000  # characters, as in MLflow
MAX_TAG_LENGTH: Final = 8_000
MAX_NOTE_LENGTH: Final = 100_000
_MAX_AT_ONCE: Final = 1_000  # entries of one call
_INTEGERS: Final = range(-(2**63), 2**63)


def checked_params(params: object) -> dict[str, str]:
    """Parameters as they are kept: values are texts, and numbers and truth values their texts.

    Raises:
        InvalidArgumentError: something is neither, is too long, or has characters that cannot be kept.
    """
    return _checked_texts(params, "parameter", MAX_PARAM_LENGTH)


def checked_tags(tags: object) -> dict[str, str]:
    """Tags as they are kept; see :func:`checked_params`."""
    return _checked_texts(tags, "tag", MAX_TAG_LENGTH)


def checked_note(note: object) -> str | None:
    """A note as it is kept; None for a blank one."""
    if note is None:
        return None
    return checked_text(note, "note", MAX_NOTE_LENGTH).strip() or None


def checked_alias(alias: object) -> str:
    """An alias as it is kept.

    Raises:
        InvalidArgumentError: it is no name, or has an ``@``, which stands between an experiment and an alias.
    """
    checked = checked_name(alias, "alias")
    if "@" in checked:
        raise InvalidArgumentError(f"the alias {checked!r} has an @ in it, which stands before an alias: leave it out")
    return checked


def checked_number(value: object, what: str) -> float:
    """A number as it is kept.

    Raises:
        InvalidArgumentError: it is no number, or not a finite one.
    """
    try:
        number = float(value)  # type: ignore[arg-type] # whatever has a float, such as NumPy's numbers
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidArgumentError(f"the {what} {reprlib.repr(value)} is no number") from error
    if isinstance(value, str | bytes) or not math.isfinite(number):
        raise InvalidArgumentError(f"the {what} {reprlib.repr(value)} is no finite number")
    return number


def checked_integer(value: object, what: str) -> int:
    """An integer of 64 bits.

    Raises:
        InvalidArgumentError: it is another.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value not in _INTEGERS:
        raise InvalidArgumentError(f"the {what} {reprlib.repr(value)} is no integer of 64 bits")
    return value


def _checked_texts(texts: object, what: str, most: int) -> dict[str, str]:
    if not isinstance(texts, Mapping):
        raise InvalidArgumentError(f"the {what}s are {type(texts).__name__} and not a dictionary of texts")
    if len(texts) > _MAX_AT_ONCE:
        raise InvalidArgumentError(f"there are {len(texts)} {what}s, and {_MAX_AT_ONCE} are the most in one call")
    names = {name: checked_name(name, f"{what}'s name") for name in texts}
    return {names[name]: checked_text(_plain(value), f"{what} {names[name]!r}", most) for name, value in texts.items()}


def _plain(value: object) -> object:
    if not isinstance(value, bool | int | float):
        return value
    try:
        return str(value)
    except ValueError:  # an integer of more digits than Python writes
        return value


def checked_text(value: object, what: str, most: int) -> str:
    """A text as it is kept.

    Args:
        value: what was given.
        what: what it is, for the message.
        most: how many characters it may have.

    Raises:
        InvalidArgumentError: it is no text, is too long, or has characters that cannot be kept.
    """
    if not isinstance(value, str):
        raise InvalidArgumentError(
            f"the {what} is {type(value).__name__} and not text: write it as text, as json.dumps does"
        )
    if len(value) > most:
        raise InvalidArgumentError(f"the {what} has {len(value)} characters, and {most} is the most")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidArgumentError(f"the {what} has a NUL character or half a character in it, and is not kept")
    return value
