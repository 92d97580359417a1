"""How processes begin, fork and end: each script is a real one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

StoredNames = Callable[[], list[str]]

_SET_UP = """
import os, sys
from opentelemetry.sdk.trace import TracerProvider
from verspan_local import LocalSpanProcessor
provider = TracerProvider(shutdown_on_exit=False)
provider.add_span_processor(LocalSpanProcessor("sqlite:///" + sys.argv[1]))
tracer = provider.get_tracer("support")
"""
_ENDS = (
    _SET_UP
    + """
tracer.start_span("last").end()
"""
)
_FORKS = (
    _SET_UP
    + """
tracer.start_span("stored before").end()
provider.force_flush()
tracer.start_span("waiting").end()
child = os.fork()
tracer.start_span("child" if child == 0 else "parent").end()
if child == 0:
    os._exit(0 if provider.force_flush() else 1)
assert os.waitpid(child, 0)[1] == 0
"""
)
_MULTIPROCESSING = (
    _SET_UP
    + """
import multiprocessing
def work():
    tracer.start_span("child").end()
if __name__ == "__main__":
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()
"""
)
_PARENT_ENDS_FIRST = (
    _SET_UP
    + """
tracer.start_span("parent").end()
provider.force_flush()
to_child, from_parent = os.pipe()
if os.fork() == 0:
    os.close(from_parent)
    tracer.start_span("child, parent alive").end()
    provider.force_flush()
    os.read(to_child, 1)  # returns when the parent is gone
    tracer.start_span("child, parent gone").end()
    provider.shutdown()
    print("done", flush=True)
    os._exit(0)
"""
)


def _run(script: str, store_file: Path) -> None:
    """Run a script to its end, its children included."""
    subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script, str(store_file)],
        check=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("OTEL_")},
        stdout=subprocess.PIPE,  # read to its end, so until the last process that holds it is gone
    )


def test_end_of_process(store_file: Path, stored_names: StoredNames) -> None:
    """What waits is stored when the interpreter ends, though nobody shuts the provider down."""
    _run(_ENDS, store_file)

    assert stored_names() == ["last"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
@pytest.mark.parametrize(
    ("script", "stored"),
    [
        (_FORKS, ["child", "parent", "stored before", "waiting"]),
        (_MULTIPROCESSING, ["child"]),
        (_PARENT_ENDS_FIRST, ["child, parent alive", "child, parent gone", "parent"]),
    ],
    ids=["os.fork", "multiprocessing", "daemon"],
)
def test_fork(script: str, stored: list[str], store_file: Path, stored_names: StoredNames) -> None:
    """A child stores its own spans, its parent stores what waited before the fork, and nothing is stored twice."""
    _run(script, store_file)

    assert stored_names() == stored


def test_light_import() -> None:
    """Importing the package and building its pipeline loads no SQLAlchemy."""
    script = (
        "import sys, verspan_local; from verspan.settings import resolve_settings; "
        "verspan_local.build(resolve_settings()); assert 'sqlalchemy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
