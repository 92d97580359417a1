"""Every endpoint that no other adapter describes; see :mod:`verspan.instrumentation.stainless.others`.

None of them tells what a request has used: the tokens that a session of a managed agent has are all that it ever used,
whoever asks for it and however often.
"""

from __future__ import annotations

from verspan.instrumentation.stainless import others
from verspan_anthropic._client import CLIENT

NAMES = {
    "post memory_stores/{}/memories": "create_memory",
    "post memory_stores/{}/memories/{}": "update_memory",
    "delete memory_stores/{}/memories/{}": "delete_memory",
}
"""By method and path, with ``{}`` for each id, the operations for which the conventions have a name."""


class OtherAdapter(others.OtherAdapter):
    """Takes any request."""

    name = "anthropic.other"
    client = CLIENT
    operation_names = NAMES
