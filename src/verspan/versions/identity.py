"""Ids of versions and experiments: computed from names, so that every replica agrees without asking anybody."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata

from verspan.errors import InvalidArgumentError
from verspan.semconv import ENV_EXPERIMENT_NAME

DEFAULT_EXPERIMENT = "Default"
MAX_NAME_LENGTH = (
    250  # characters: enough for a directory, a tag and a hash; short enough for an attribute and a column
)
_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")


def model_id_for(experiment_name: str, name: str) -> str:
    """The id of a version: ``m-`` and the first 32 hexadecimal digits of a SHA-256.

    The hash is over the JSON array of the experiment's and the version's name, in UTF-8 and Unicode's composed form
    (NFC), so that it can be computed by anybody in any language.
    """
    return "m-" + _digest(experiment_name, name)


def experiment_id_for(experiment_name: str) -> str:
    """The id of an experiment: ``e-`` and the first 32 hexadecimal digits of a SHA-256 over its name."""
    return "e-" + _digest(experiment_name)


def is_model_id(text: str) -> bool:
    """Whether a text has the form of a version's id."""
    return _MODEL_ID.fullmatch(text) is not None


def checked_name(name: object, what: str) -> str:
    """The name as it is used, in composed form and without surrounding blanks.

    Args:
        name: what the caller gave.
        what: what it names, for the message, such as ``"version name"``.

    Raises:
        InvalidArgumentError: it is not text, is empty, is longer than 250 characters or has control characters.
    """
    if not isinstance(name, str):
        raise InvalidArgumentError(f"a {what} is text, and this is {type(name).__name__}")
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidArgumentError(
            f"a {what} has at most {MAX_NAME_LENGTH} characters, and {name[:20]!r}… has {len(name)}"
        )
    clean = unicodedata.normalize("NFC", name.strip())
    if not clean:
        raise InvalidArgumentError(f"a {what} is not empty")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in clean):
        raise InvalidArgumentError(f"a {what} has no control characters, and {clean!r} has")
    return clean


def experiment_from_environment() -> str | None:
    """The experiment that the environment names, or None."""
    return os.environ.get(ENV_EXPERIMENT_NAME) or None


def _digest(*names: str) -> str:
    composed = [unicodedata.normalize("NFC", name) for name in names]
    text = json.dumps(composed, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
