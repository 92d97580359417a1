"""Starts the worker, sends it a task and waits for the result, all of it one trace under one version.

To run the worker yourself: ``celery --app tasks worker`` in this folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import verspan


@contextmanager
def working() -> Iterator[None]:
    """A worker in a process of its own while the block lasts."""
    command = [sys.executable, "-m", "celery", "--app=tasks", "--quiet", "worker", "--loglevel=error", "--pool=solo"]
    process = subprocess.Popen([*command, "--hostname=shop@localhost"], cwd=Path(__file__).parent)  # noqa: S603 - it is beside this file
    try:
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as broker:
        os.environ["BROKER"] = broker
        from tasks import summarise  # type: ignore[import-not-found]  # it is beside this file

        verspan.set_active_model(name="shop-v1")
        with working(), verspan.start_span("close_conversation"):
            print(summarise.delay("Where is my parcel? Thank you!").get(timeout=60))
