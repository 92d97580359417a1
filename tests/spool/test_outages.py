"""A destination that does not take what it is given, or refuses a part of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.spool.conftest import DOWN, LONG_S, MakeSpan, MakeSpool, Place, warnings_in

from verspan.spool.carrying import PROBE_SPANS
from verspan.spool.counters import Counters, DropReason, read_counters
from verspan.spool.delivery import Outcome


def test_down_and_up_again(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A destination that is down costs no span; it is said once, and shown until it is over."""
    place.outcome = DOWN
    spool = make_spool()
    spool.add(make_span("first"), None)
    flushed = [spool.flush(LONG_S), spool.flush(LONG_S)]
    shown = read_counters(folder).trouble
    place.outcome = Outcome(delivered=True)
    spool.add(make_span("second"), None)

    assert spool.flush(LONG_S)
    assert (flushed, place.names) == ([False, False], ["first", "second"])
    assert warnings_in(caplog) == [
        f"Spans cannot be delivered to somewhere for now: it is down (1 wait in {folder} and are tried again)"
    ]
    assert (shown, read_counters(folder)) == ("it is down", Counters())


def test_tries_little_while_down(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """A destination that took nothing is tried with a few spans, and given whole batches once it takes those."""
    place.outcome = DOWN
    spool = make_spool()
    for number in range(PROBE_SPANS + 100):
        spool.add(make_span(f"{number}", number), None)
    assert not spool.flush(LONG_S)
    place.outcome = Outcome(delivered=True)
    while not spool.flush(LONG_S):
        pass

    assert [len(batch) for batch in place.batches] == [PROBE_SPANS, 100]


def test_delivery_that_raises(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """What a delivery raises is taken for a try that failed."""
    place.outcome = ConnectionResetError("reset")
    spool = make_spool()
    spool.add(make_span("first"), None)
    flushed = spool.flush(LONG_S)
    place.outcome = Outcome(delivered=True)

    assert (flushed, spool.flush(LONG_S), place.names) == (False, True, ["first"])


def test_retry_after_is_obeyed(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """A destination that asked to be left alone is not asked by a flush either, which ends in its time."""
    place.outcome = Outcome(delivered=False, retry_after_s=60, reason="slow down")
    spool = make_spool()
    spool.add(make_span("first"), None)
    flushed = [spool.flush(0.2), spool.flush(0.2)]
    tries = place.tries

    assert (flushed, tries) == ([False, False], 1)


def test_timeout_is_passed_on(make_spool: MakeSpool, make_span: MakeSpan, place: Place) -> None:
    """A delivery is given no longer than the flush has."""
    spool = make_spool()
    spool.add(make_span("first"), None)
    spool.flush(5)

    assert place.timeouts[0] <= 5


def test_refused(
    make_spool: MakeSpool, make_span: MakeSpan, place: Place, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What a destination refuses is not tried again; it is counted, said and kept for whoever looks."""
    place.outcome = Outcome(delivered=True, refused=1, reason="no such time")
    spool = make_spool()
    spool.add(make_span("good"), None)
    spool.add(make_span("bad"), None)

    assert spool.flush(LONG_S)
    spool.shutdown()
    assert place.tries == 1
    assert warnings_in(caplog) == ["1 spans for somewhere are lost so far: the destination refused them (no such time)"]
    assert read_counters(folder).dropped == {DropReason.REFUSED: 1}
