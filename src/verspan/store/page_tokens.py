"""Where a page of a search ended, as text that programs hand back for the next page and need not understand."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from verspan.errors import InvalidArgumentError
from verspan.versions.search.model import ModelSearch


def token_for(search: ModelSearch, place: Sequence[Any]) -> str:
    """The token of a place in the order of a search: the values that its versions are ordered by."""
    content = json.dumps([_digest(search), *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode()


def place_in(token: object, search: ModelSearch, length: int) -> list[Any]:
    """The place that a token holds.

    Args:
        token: what somebody hands back.
        search: the search that it is to continue.
        length: how many values a place of this search has.

    Raises:
        InvalidArgumentError: it is no token, or that of another search.
    """
    place = _content(token)
    if place[:1] != [_digest(search)] or len(place) != length + 1:
        raise InvalidArgumentError(
            "the page_token belongs to another search: filter, order and experiments stay the same from page to page"
        )
    return place[1:]


def _content(token: object) -> list[Any]:
    try:
        content = json.loads(base64.urlsafe_b64decode(str(token).encode("ascii")))
    except (ValueError, RecursionError) as error:
        raise InvalidArgumentError("the page_token is none that a search has given") from error
    known = isinstance(content, list) and all(isinstance(each, str | int | float | None) for each in content)
    if not known or any(isinstance(each, int) and abs(each) >= 2**63 for each in content):
        raise InvalidArgumentError("the page_token is none that a search has given")
    return list(content)


def _digest(search: ModelSearch) -> str:
    same = replace(search, page_token=None, limit=0)
    return hashlib.sha256(repr(same).encode("utf-8", "surrogatepass")).hexdigest()[:16]
