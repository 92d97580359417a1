"""How long importing, asking for help and setting up take: medians of fresh processes, beside a bare interpreter."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_RUNS = 11
_COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import verspan": ["-c", "import verspan"],
    "verspan --help": ["-m", "verspan.cli", "--help"],
    "import opentelemetry.sdk.trace": ["-c", "import opentelemetry.sdk.trace"],
    "import openai": ["-c", "import openai"],
    "verspan.openai.autolog()": ["-c", "import verspan; verspan.openai.autolog(); import os; os._exit(0)"],
}


def main() -> None:
    """Measure and print the table."""
    environment = {**os.environ, "VERSPAN_STORE": str(Path(tempfile.mkdtemp(prefix="verspan-bench-")) / "bench.db")}
    times: dict[str, list[float]] = {name: [] for name in _COMMANDS}
    for _ in range(_RUNS):
        for name, arguments in _COMMANDS.items():  # interleaved, so that all meet the same noise
            times[name].append(_seconds([sys.executable, *arguments], environment))
    bare = statistics.median(times["python -c pass"])
    print("starting, ms: median of fresh processes, and what it adds to a bare interpreter")
    for name, found in times.items():
        median = statistics.median(found)
        print(f"{name:32} {median * 1000:7.0f} {(median - bare) * 1000:+7.0f}")


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
