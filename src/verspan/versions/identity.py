"""Ids of versions and experiments: computed from names, so that every replica agrees without asking anybody."""

from __future__ import annotations

import hashlib
import json
import re
import reprlib
import unicodedata
from collections.abc import Mapping
from typing import Final

from verspan.errors import InvalidArgumentError

DEFAULT_EXPERIMENT: Final = "Default"
MAX_NAME_LENGTH: Final = 250
"""In characters: enough for a directory, a tag and a hash; short enough for an attribute and a column."""
_MODEL_ID: Final = re.compile(r"m-[0-9a-f]{32}")
_UNPRINTABLE: Final = ("Cc", "Cs")  # Unicode's control characters, and halves of a pair, which UTF-8 cannot hold


def model_id_for(experiment_name: str, name: str) -> str:
    """The id of a version: ``m-`` and the first 32 hexadecimal digits of a SHA-256.

    The hash is over the JSON array of the experiment's and the version's name, in UTF-8 and Unicode's composed form
    (NFC), so that it can be computed by anybody in any language.
    """
    return "m-" + _digest(experiment_name, name)


def experiment_id_for(experiment_name: str) -> str:
    """The id of an experiment: ``e-`` and the first 32 hexadecimal digits of a SHA-256 over its name."""
    return "e-" + _digest(experiment_name)


def state_fingerprint(code: str | None, params: Mapping[str, str]) -> str | None:
    """What tells a state of a version's code and parameters from another.

    Args:
        code: the fingerprint of the code, where that is known; it is the answer where there are no parameters.
        params: the version's parameters.

    Returns:
        64 hexadecimal digits of a SHA-256 over the JSON of both, keys sorted; None where nothing is known of either.
    """
    if not params:
        return code
    text = json.dumps({"code": code, "params": dict(params)}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_model_id(text: str) -> bool:
    """Whether a text has the form of a version's id."""
    return _MODEL_ID.fullmatch(text) is not None


def checked_model_id(model_id: object) -> str:
    """The id, where it has the form of one.

    Raises:
        InvalidArgumentError: it is not text, or not ``m-`` and 32 hexadecimal digits.
    """
    if not isinstance(model_id, str) or not is_model_id(model_id):
        raise InvalidArgumentError(f"the model_id {reprlib.repr(model_id)} is not 'm-' and 32 hexadecimal digits")
    return model_id


def checked_name(name: object, what: str) -> str:
    """The name as it is used, in composed form and without surrounding blanks.

    Args:
        name: what the caller gave.
        what: what it names, for the message, such as ``"version name"``.

    Raises:
        InvalidArgumentError: it is not text, is empty, is longer than 250 characters or has control characters.
    """
    if not isinstance(name, str):
        raise InvalidArgumentError(f"the {what} is {type(name).__name__} and not text")
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidArgumentError(
            f"the {what} {name[:20]!r}… has {len(name)} characters, and {MAX_NAME_LENGTH} is the most"
        )
    clean = unicodedata.normalize("NFC", name.strip())
    if not clean:
        raise InvalidArgumentError(f"the {what} is empty")
    if any(map(_unprintable, clean)):
        raise InvalidArgumentError(f"the {what} {clean!r} has characters that control a terminal or are no text")
    return clean


def printable(text: str) -> str:
    """The text with a replacement character for each that a name may not have, cut to a name's length."""
    characters = ("\N{REPLACEMENT CHARACTER}" if _unprintable(character) else character for character in text)
    return "".join(characters)[:MAX_NAME_LENGTH]


def _unprintable(character: str) -> bool:
    return unicodedata.category(character) in _UNPRINTABLE


def _digest(*names: str) -> str:
    composed = [unicodedata.normalize("NFC", name) for name in names]
    text = json.dumps(composed, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
