"""The version in callbacks of futures, with OpenTelemetry's threading instrumentation switched on."""

from __future__ import annotations

from pathlib import Path

from tests.processes import said

BEGIN = """
import threading, verspan
from concurrent.futures import Future, ThreadPoolExecutor
from verspan.context import active_version

verspan.set_active_model(name="process")
verspan.autolog()
go_on, heard = threading.Event(), []

def hear(future):
    heard.append(active_version().name)
"""


def test_pool(tmp_path: Path) -> None:
    """A callback has the version of where it was asked for, and not that of the first task of the pool's thread."""
    lines = said(
        BEGIN
        + """
with ThreadPoolExecutor(1) as pool:
    with verspan.active_model("first"):
        pool.submit(int).result()
    future = pool.submit(go_on.wait)
    with verspan.active_model("asked"):
        future.add_done_callback(hear)
    future.add_done_callback(fn=hear)
    go_on.set()
print(heard)
""",
        tmp_path,
        VERSPAN_EXPORTERS="none",
    )
    assert lines == ["['asked', 'process']"]


def test_done_already(tmp_path: Path) -> None:
    """A future that is done calls back at once, and an error in a callback is logged as ever."""
    lines = said(
        BEGIN
        + """
import logging
logging.getLogger("concurrent.futures").addHandler(logging.NullHandler())
logging.getLogger("concurrent.futures").propagate = False
future = Future()
future.set_result(1)
with verspan.active_model("asked"):
    future.add_done_callback(hear)
future.add_done_callback(lambda future: 1 / 0)
print(heard, future.result())
""",
        tmp_path,
        VERSPAN_EXPORTERS="none",
    )
    assert lines == ["['asked'] 1"]
