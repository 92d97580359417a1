"""What belongs to a span and is not on it, redacted."""

from __future__ import annotations

from collections.abc import Callable

from verspan.instrumentation.handover import ReadyContent, unpack
from verspan.redaction import Redactor, set_redactor
from verspan.redaction.supplements import redacted_supplement


def test_redacted_supplement(redact: Callable[..., Redactor]) -> None:
    """Attributes are redacted, content stays as it became JSON, and so it is packed and unpacked."""
    redact("email")
    found = redacted_supplement(ReadyContent({"verspan.inputs": b'"[email]"'}, {"stop": ["ann@example.com"]}))
    assert found is not None
    for supplement in (found, unpack(found.packed())):
        assert supplement.attributes() == {"stop": ["[email]"]}
        assert supplement.content() == {"verspan.inputs": b'"[email]"'}


def test_nothing_to_redact(redact: Callable[..., Redactor]) -> None:
    """Nothing stays nothing, and without a redactor a supplement is itself."""
    redact("email")
    assert redacted_supplement(None) is None
    set_redactor(None)
    supplement = ReadyContent({})
    assert redacted_supplement(supplement) is supplement
