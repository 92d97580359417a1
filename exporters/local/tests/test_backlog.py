"""What waits for the store is bounded, and leaves in the order it came."""

from __future__ import annotations

from opentelemetry.sdk.trace import ReadableSpan

from verspan.instrumentation.handover import ReadyContent
from verspan_local.backlog import Backlog, HeldSpan

FIRST, SECOND, THIRD = (ReadableSpan(name) for name in ("first", "second", "third"))


def test_order() -> None:
    """The oldest are taken first, and stay until they are discarded."""
    backlog = Backlog()
    for span in (FIRST, SECOND, THIRD):
        backlog.add(span, None)

    oldest = backlog.oldest(2)
    again = backlog.oldest(2)
    backlog.discard(2)

    assert oldest == again == [HeldSpan(FIRST, None, 0), HeldSpan(SECOND, None, 0)]
    assert backlog.oldest(2) == [HeldSpan(THIRD, None, 0)]


def test_number_is_bounded() -> None:
    """A span beyond the bound is refused and counted, and there is room again when one has left."""
    backlog = Backlog(max_spans=2)

    added = [backlog.add(span, None) for span in (FIRST, SECOND, THIRD)]
    backlog.discard(1)

    assert (added, backlog.refused, backlog.add(THIRD, None)) == ([True, True, False], 1, True)


def test_content_is_bounded() -> None:
    """Content counts by its size; a single span of any size is taken where nothing else waits."""
    backlog = Backlog(max_content_bytes=10)

    large, small = ReadyContent({"a": b"x" * 50}), ReadyContent({"a": b"x"})

    added = [backlog.add(FIRST, large), backlog.add(SECOND, small), backlog.add(THIRD, None)]
    backlog.discard(1)

    assert (added, backlog.refused) == ([True, False, False], 2)
    assert backlog.add(SECOND, ReadyContent({"a": b"x" * 4, "b": "y" * 6}))
