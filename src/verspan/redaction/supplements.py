"""What belongs to a span and is not on it, redacted before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from verspan.redaction.active import active_redactor

if TYPE_CHECKING:
    from verspan.instrumentation.handover import Content, Packed, Supplement
    from verspan.redaction.redactor import Redactor


class RedactedSupplement:
    """A supplement whose attributes are redacted as well; see :class:`verspan.instrumentation.handover.Supplement`."""

    def __init__(self, supplement: Supplement, redactor: Redactor) -> None:
        self._supplement = supplement
        self._redactor = redactor

    def attributes(self) -> Mapping[str, Any]:
        """The attributes, redacted."""
        return self._redactor.attributes(self._supplement.attributes())

    def content(self) -> Content:
        """The content, which was redacted when it became JSON: :func:`verspan.instrumentation.serialising.to_json`."""
        return self._supplement.content()

    def packed(self) -> Packed:
        """What it says rather than what was taken, which nobody has redacted yet."""
        from verspan.instrumentation.handover import ReadyContent  # here, since a supplement is redacted there

        return ReadyContent(self.content(), self.attributes()).packed()


def redacted_supplement(supplement: Supplement | None) -> Supplement | None:
    """A supplement as it may be written; itself where nothing is redacted."""
    redactor = active_redactor()
    return supplement if supplement is None or redactor is None else RedactedSupplement(supplement, redactor)
