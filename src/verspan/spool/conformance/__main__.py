"""Runs one fault in this process: ``python -m verspan.spool.conformance FAULT TIMES``, set up by the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from verspan.spool.conformance.faults import FAULTS
from verspan.spool.conformance.ledger import Ledger

if __name__ == "__main__":
    name, times = sys.argv[1:]
    FAULTS[name](Ledger(os.environ["FAULT_EXPORTER"], Path(os.environ["FAULT_LEDGER"])), int(times))
