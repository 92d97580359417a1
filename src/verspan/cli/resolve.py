"""From what people type to the one version or trace they mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.versions.resolving import CANDIDATES, listed, resolve_model

if TYPE_CHECKING:
    from verspan.store.interface import Store

__all__ = ["resolve_model", "resolve_trace_id"]

_TRACE_ID_PREFIX = re.compile(r"[0-9a-f]{1,32}")


def resolve_trace_id(store: Store, text: str) -> str:
    """The id of the only trace whose id begins with a text.

    Raises:
        InvalidArgumentError: the text is no beginning of a trace's id.
        NotFoundError: no trace's id begins so, or several do; the message lists them.
    """
    prefix = text.strip().lower()
    if not _TRACE_ID_PREFIX.fullmatch(prefix):
        raise InvalidArgumentError(f"{text[:40]!r} is no trace id, which has up to 32 hexadecimal digits")
    found = store.match_trace_ids(prefix, CANDIDATES + 1)
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFoundError(f"no trace has an id that is or begins {prefix!r}: `verspan traces` lists them")
    raise NotFoundError(f"{prefix!r} begins the ids of several traces, give more of one:{listed(found)}")
