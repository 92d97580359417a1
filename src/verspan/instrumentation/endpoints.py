"""What a request to any endpoint of an API is called.

The conventions name a few operations and leave room for others; these are in their spirit: a verb and what it is done
to, without any id, from the method and the path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from verspan.instrumentation.fields import NO_FIELDS

_VERBS = {"delete": "delete", "patch": "update", "put": "update"}
_WORD = re.compile(r"[a-z_]+")
_VERSION = re.compile(r"v\d\w*")
_PLURALS = (
    (re.compile(r"ies$"), "y"),
    (re.compile(r"(ch|sh|ss|x)es$"), r"\1"),
    (re.compile(r"(?<![su])s$"), ""),
)


def operation_name(method: str, path: str, names: Mapping[str, str] = NO_FIELDS) -> str:
    """The name of an operation, the same for all ids.

    Args:
        method: the request's, in lower case.
        path: the request's.
        names: those of operations that have one of their own, by method and path, with ``{}`` for each id.
    """
    found = _segments(path)
    known = names.get(f"{method} {'/'.join(found)}")
    if known is not None:
        return known
    words = [segment for segment in found if segment != "{}"]
    if not words:
        return f"{method}_root"
    verb, words = _verb(method, words, after_id="{}" in found[:-1], of_one=found[-1] == "{}")
    nouns = [_singular(word) for word in words]
    if verb == "list":
        nouns[-1] = words[-1]
    return "_".join((verb, *nouns))


def _segments(path: str) -> list[str]:
    """The segments of a path, with ``{}`` for each id."""
    found: list[str] = []
    for segment in filter(None, path.split("/")):
        if _VERSION.fullmatch(segment) and not found:
            continue
        is_word = _WORD.fullmatch(segment) and "models" not in found  # which people give names to, slashes among them
        found.append(segment if is_word else "{}")
    return found


def _verb(method: str, words: list[str], *, after_id: bool, of_one: bool) -> tuple[str, list[str]]:
    """The verb, and the words that it is done to."""
    is_collection = not of_one and _singular(words[-1]) != words[-1]
    if method == "get":
        return ("list" if is_collection else "fetch"), words
    if method != "post":
        return _VERBS.get(method, method), words
    if of_one:
        return "update", words
    if after_id and not is_collection and len(words) > 1:
        return words[-1], words[:-1]  # such as `/batches/{}/cancel`
    return "create", words


def _singular(word: str) -> str:
    for plural, singular in _PLURALS:
        if plural.search(word):
            return plural.sub(singular, word)
    return word
