"""`verspan spool` and `verspan spool drain`, with what killed processes left."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import Result
from inline_snapshot import snapshot
from tests.processes import clean_environment

from verspan.spool.counters import add_to_counters
from verspan.spool.delivery import Destination
from verspan.spool.destinations import make_folder
from verspan.store.opening import open_store
from verspan.traces.model import TraceQuery

Run = Callable[..., Result]

_KILLED = """
import os, signal, sys
from opentelemetry.sdk.trace import TracerProvider
from verspan_local import LocalSpanProcessor
provider = TracerProvider()
provider.add_span_processor(LocalSpanProcessor("sqlite:///" + sys.argv[1]))
END_NS = 1_763_885_522_000_000_000
for number in range(3):
    provider.get_tracer("shop").start_span(f"span {number}", start_time=END_NS - 10**9).end(END_NS)
os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_process(store: Path) -> None:
    """A process that ends three spans and is killed before the store has them."""
    subprocess.run([sys.executable, "-c", dedent(_KILLED), str(store)], check=False, env=clean_environment())


@pytest.fixture
def left_over(tmp_path: Path) -> Path:
    """Three spans of a process that was killed; gives the store's path."""
    kill_process(tmp_path / "store.db")
    return tmp_path / "store.db"


def _names(store: Path) -> list[str]:
    opened = open_store(f"sqlite:///{store}", create=False)
    names = sorted(trace.name for trace in opened.find_traces(TraceQuery()).traces)
    opened.close()
    return names


def test_nothing(run: Run, tmp_path: Path) -> None:
    """Where no process has written spans, that is said, and looking makes nothing."""
    result = run("spool")
    drained = run("spool", "drain")
    assert (result.stdout, result.exit_code) == ("", 0)
    assert result.stderr == f"nothing waits: no process has written spans to {tmp_path}/.verspan/spool\n"
    assert (drained.stdout, drained.exit_code) == ("Dead processes left nothing.\n", 0)
    assert list(tmp_path.iterdir()) == []


def test_list(run: Run, left_over: Path) -> None:
    """A list says what waits for whom, since when, and of how many processes."""
    result = run("spool")
    size = sum(segment.stat().st_size for segment in left_over.parent.rglob("*.segment")) / 1e6
    row = result.stdout.replace(str(left_over), "/srv/store.db").replace(f"{size:.1f} MB", "(size)").splitlines()[-1]
    assert row.split() == snapshot(["local", "/srv/store.db", "3", "(size)", "2025-11-23", "08:12:02", "0", "1", "-"])
    assert (result.stderr, result.exit_code) == ("deliver what dead processes left: verspan spool drain\n", 0)


def test_sampled_out(run: Run, tmp_path: Path) -> None:
    """Where spans were left out on purpose, a list has their number."""
    folder = tmp_path / ".verspan" / "spool" / "otlp-1"
    make_folder(folder, Destination("otlp", "http://collector:4318"))
    add_to_counters(folder, {}, sampled_out=9)
    header, *_, row = run("spool").stdout.splitlines()
    assert (header.split()[-3:], row.split()[-2:]) == (["lost", "sampled", "out"], ["-", "9"])


def test_json(run: Run, left_over: Path) -> None:
    """The JSON has the whole of it."""
    found = json.loads(run("spool", "--json").stdout)
    (state,) = found["destinations"]
    assert state.pop("folder").startswith(f"{found['folder']}/local-")
    assert state.pop("size_bytes") > 0
    assert state == snapshot(
        {
            "destination": {"exporter": "local", "address": str(left_over)},
            "waiting": 3,
            "abandoned": 3,
            "oldest_ns": 1763885522000000000,
            "oldest_time": "2025-11-23T08:12:02.000000Z",
            "live_processes": 0,
            "dead_processes": 1,
            "counters": {
                "dropped": {},
                "unreadable_bytes": 0,
                "sampled_out": 0,
                "trouble": "",
                "trouble_since_ns": None,
                "trouble_since_time": None,
            },
        }
    )


def test_drain(run: Run, left_over: Path) -> None:
    """Draining delivers every span once, and leaves nothing to drain."""
    first, second = run("spool", "drain"), run("spool", "drain")
    assert (first.stdout, first.stderr, first.exit_code) == (f"{left_over}: 3 delivered\n", "", 0)
    assert second.stdout == "Dead processes left nothing.\n"
    assert _names(left_over) == ["span 0", "span 1", "span 2"]


def test_drain_into_nowhere(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the destination takes nothing, the reason is said, the spans stay, and the exit code is 1."""
    monkeypatch.setenv("VERSPAN_SPOOL", str(tmp_path / "spool"))
    (tmp_path / "file").write_text("in the way")
    store = tmp_path / "file" / "store.db"
    environment = clean_environment(VERSPAN_SPOOL=str(tmp_path / "spool"))
    subprocess.run([sys.executable, "-c", dedent(_KILLED), str(store)], check=False, env=environment)

    result = run("spool", "drain", "--timeout", "0")
    listed = run("spool")

    assert (result.stdout, result.exit_code) == (f"{store}: 0 delivered, 3 still wait\n", 1)
    assert result.stderr.startswith(f"  there can be no store at {store}: ")
    assert f"{store} takes nothing: there can be no store at" in listed.stderr


def test_drain_for_an_unknown_exporter(run: Run, tmp_path: Path, left_over: Path) -> None:
    """Spans for an exporter that is not installed stay, and the line says how to install it."""
    (description,) = tmp_path.glob(".verspan/spool/*/destination.json")
    description.write_text('{"exporter": "pigeon", "address": "a loft"}')

    result = run("spool", "drain", "--json")

    assert json.loads(result.stdout) == snapshot(
        {
            "destinations": [
                {
                    "exporter": "pigeon",
                    "address": "a loft",
                    "delivered": 0,
                    "waiting": 3,
                    "refused": 0,
                    "trouble": "the exporter 'pigeon' is not installed: pip install 'verspan[pigeon]'",
                }
            ]
        }
    )
    assert (result.exit_code, left_over.exists()) == (1, False)
