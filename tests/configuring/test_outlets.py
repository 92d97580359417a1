"""What leaves a provider through the processors that Verspan exchanges."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from verspan.configuring import outlets
from verspan.configuring.outlets import SpanOutlet
from verspan.redaction import Redactor, active


class _Processor(SpanProcessor):
    """Somebody else's, which keeps what it is given."""

    def __init__(self, outlet: SpanOutlet) -> None:
        self.spans: list[ReadableSpan] = []
        self.timeouts: list[int] = []
        self.clock = 0.0
        outlet.replace([self, self])

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        self.timeouts.append(timeout_millis)
        self.clock += 4.0
        return True


def test_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every processor is given the same redacted copy, and the span itself where nothing is redacted."""
    monkeypatch.setattr(active._Current, "decided", True)
    outlet = SpanOutlet()
    processor = _Processor(outlet)
    span = ReadableSpan("mail", attributes={"to": "ann@example.com"})

    for redactor in (Redactor(["email"]), None):
        monkeypatch.setattr(active._Current, "redactor", redactor)
        outlet.on_end(span)

    assert [dict(each.attributes or {})["to"] for each in processor.spans] == ["[email]"] * 2 + ["ann@example.com"] * 2
    assert [processor.spans[0] is processor.spans[1], processor.spans[2] is span] == [True, True]


def test_flush_has_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processors share the time of a flush, however many there are."""
    outlet = SpanOutlet()
    processor = _Processor(outlet)
    monkeypatch.setattr(outlets, "monotonic", lambda: processor.clock)

    assert (outlet.force_flush(5000), processor.timeouts) == (True, [5000, 1000])
