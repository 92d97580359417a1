"""The example of a canary, run as its reader would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "watch_a_canary.py"


def test_canary(tmp_path: Path) -> None:
    """The canary that fails every third time is found, and the trend shows both versions."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "VERSPAN_"))}
    done = subprocess.run(
        [sys.executable, EXAMPLE], cwd=tmp_path, env=inherited, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    watched, verdict, *trend = done.stdout.splitlines()
    assert "200 / 200 traces, error rate worse" in watched
    assert verdict == "the canary: fail"
    assert [line.split()[:2] for line in trend[:2]] == [["shop-v1", "2.0%"], ["shop-v2", "33.5%"]]
