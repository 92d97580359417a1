"""The pace of repeated lines."""

from __future__ import annotations

from verspan.notices import Notices


def test_pace() -> None:
    """Each kind of line is due when it first comes, and again a minute after it was said."""
    times = iter([0.0, 1.0, 59.9, 60.0, 61.0])
    notices = Notices(clock=lambda: next(times))

    due = [notices.due(kind) for kind in ("lost", "locked", "lost", "lost", "locked")]

    assert due == [True, True, False, True, True]
