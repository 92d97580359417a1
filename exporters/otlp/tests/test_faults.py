"""Nothing that has ended is lost on its way to a collector, whatever happens to the process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from exporters.otlp.tests.receivers import Receiver

from verspan.spool.conformance.faults import FAULTS
from verspan.spool.conformance.table import Subject, put_through

TIMES = {"kill -9": 8, "processes at once": 20, "os.fork": 2, "multiprocessing fork": 2}
MAY_BE_SENT_TWICE = {"kill -9"}
"""Where a process is killed between sending spans and taking note of it."""
SPOOLS = {"no folder": "/dev/null/spool"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
@pytest.mark.parametrize("fault", FAULTS)
def test_fault(fault: str, tmp_path: Path, http_receiver: Receiver) -> None:
    """Every span that has ended has arrived, after what was left behind is delivered by two at once."""
    environment = {
        "VERSPAN_STORE": str(tmp_path / "unused.db"),
        "OTEL_EXPORTER_OTLP_ENDPOINT": http_receiver.endpoint,
        "OTEL_METRICS_EXPORTER": "none",
    }
    if fault in SPOOLS:
        environment["VERSPAN_SPOOL"] = SPOOLS[fault]

    row = put_through(fault, TIMES.get(fault, 30), Subject("otlp", environment, http_receiver.names), tmp_path)

    assert row.ended > 0
    assert row.lost == 0, row
    assert row.duplicated == 0 or fault in MAY_BE_SENT_TWICE, row
