"""What the end of a JSON document says, where the document is too long to be kept.

Answers grow long by images and vectors, and their tokens are told after these.
"""

from __future__ import annotations

import re

import orjson

TAIL_BYTES = 1 << 16
"""How much of the end of a document is kept."""
_FIELD = re.compile(rb',\s*("\w+"\s*:)')


def fields_at_end(tail: bytes) -> bytes | None:
    """The last fields of a JSON object, as an object of their own; None where no whole one is among them.

    A field is one of the outermost object where what follows it ends with that object and closes nothing else.

    Args:
        tail: the end of the object's JSON.
    """
    for found in _FIELD.finditer(tail):
        document = b"{" + tail[found.start(1) :]
        try:
            orjson.loads(document)
        except orjson.JSONDecodeError:
            continue
        return document
    return None
