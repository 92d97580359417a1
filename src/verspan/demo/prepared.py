"""``python -m verspan.demo.prepared``: a process that has loaded what ``agent.py`` needs, and runs it when told to.

Loading the client and the store takes most of the time that an agent runs. The two versions have to run one after the
other, since both are commits of one folder; what they load they can load at the same time.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

NEEDED_BY_AGENT = (
    "openai.resources.chat.completions.completions",
    "httpcore2",
    "opentelemetry.instrumentation.threading",
    "opentelemetry.sdk.metrics",
    "opentelemetry.sdk.trace",
    "verspan_openai",
    "verspan_local",
    "verspan.store.sql",
    "sqlalchemy.dialects.sqlite",
    "genai_prices.data_snapshot",
)
NEEDED_BY_TOUR = ("verspan.demo.tour", "verspan.store.sql", "rich.table")


def load(names: Sequence[str]) -> None:
    """Load modules ahead of their use; who uses one that is missing says so better than this could."""
    for name in names:
        with suppress(ImportError):
            import_module(name)


if __name__ == "__main__":
    load(NEEDED_BY_AGENT)
    # Without a line stdin was closed, and there is nothing to run any more.
    if sys.stdin.readline():
        runpy.run_path("agent.py", run_name="__main__")
