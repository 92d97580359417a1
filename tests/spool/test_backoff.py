"""Pauses between tries."""

from __future__ import annotations

from verspan.spool.backoff import LONGEST_ASKED_FOR_S, Backoff


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_pauses_double() -> None:
    """Each failure doubles the pause up to half a minute, and a success ends it."""
    backoff = Backoff(Clock(), jitter=lambda: 1.0)
    pauses = []
    for _ in range(9):
        backoff.failed()
        pauses.append(backoff.remaining_s())
    backoff.succeeded()

    assert pauses == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30]
    assert (backoff.remaining_s(), backoff.is_failing, backoff.is_over) == (0, False, True)


def test_jitter() -> None:
    """A pause is between half of it and all of it."""
    shortest, longest = Backoff(Clock(), jitter=lambda: 0.0), Backoff(Clock(), jitter=lambda: 1.0)
    for backoff in (shortest, longest):
        backoff.failed()

    assert (shortest.remaining_s(), longest.remaining_s()) == (0.125, 0.25)


def test_retry_after() -> None:
    """What the destination asks for is obeyed, up to an hour."""
    clock = Clock()
    backoff = Backoff(clock)
    backoff.failed(retry_after_s=20)
    asked = (backoff.is_asked_for, backoff.remaining_s())
    clock.now += 20
    over = (backoff.is_asked_for, backoff.remaining_s())
    backoff.failed(retry_after_s=1e9)

    assert (asked, over, backoff.remaining_s()) == ((True, 20), (False, 0), LONGEST_ASKED_FOR_S)


def test_postponed() -> None:
    """A batch that is left for later without a failure pauses and is no failure."""
    backoff = Backoff(Clock())
    backoff.postponed(3)

    assert (backoff.remaining_s(), backoff.is_failing, backoff.is_over) == (3, False, False)
