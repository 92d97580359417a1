"""Nothing that has ended is lost on its way to the store or is there twice, whatever happens to the process."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from verspan.spool.conformance.faults import FAULTS
from verspan.spool.conformance.table import Subject, put_through

TIMES = {"kill -9": 8, "processes at once": 20, "os.fork": 2, "multiprocessing fork": 2}
SPOOLS = {"no folder": "/dev/null/spool"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
@pytest.mark.parametrize("fault", FAULTS)
def test_fault(fault: str, tmp_path: Path, store_file: Path, stored_names: Callable[[], list[str]]) -> None:
    """Every span that has ended is in the store once, after what was left behind is delivered by two at once.

    A disk that stays full costs those that no memory could keep, and they are counted.
    """
    environment = {"VERSPAN_STORE": str(store_file), **({"VERSPAN_SPOOL": SPOOLS[fault]} if fault in SPOOLS else {})}
    if fault == "destination down":
        store_file.parent.write_text("in the way")
    subject = Subject("local", environment, stored_names, recover=lambda: _clear_the_way(store_file.parent))

    row = put_through(fault, TIMES.get(fault, 30), subject, tmp_path)

    assert row.ended > 0
    assert (row.lost, row.duplicated) == (row.counted, 0), row
    assert (row.lost > 0) == (fault == "disk full")


def _clear_the_way(place: Path) -> None:
    if place.is_file():
        place.unlink()
