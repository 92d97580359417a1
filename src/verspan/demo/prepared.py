"""``python -m verspan.demo.prepared``: a process that has loaded what ``agent.py`` needs, and runs it when told to.

Loading the client and the store takes most of the time that an agent runs. The two versions have to run one after the
other, since both are commits of one folder; what they load they can load at the same time.
"""

from __future__ import annotations

import runpy
import sys
from contextlib import suppress
from importlib import import_module

_NEEDED = (
    "openai.resources.chat.completions.completions",
    "httpcore2",
    "opentelemetry.instrumentation.threading",
    "opentelemetry.sdk.metrics",
    "opentelemetry.sdk.trace",
    "verspan_openai",
    "verspan_local",
    "verspan.store.sql",
    "sqlalchemy.dialects.sqlite",
    "genai_prices.data",
)


def main() -> None:
    """Load, wait for a line on stdin, run; without a line, end."""
    for name in _NEEDED:
        with suppress(ImportError):  # the agent, which needs it, says so better
            import_module(name)
    if sys.stdin.readline():
        runpy.run_path("agent.py", run_name="__main__")


if __name__ == "__main__":
    main()
