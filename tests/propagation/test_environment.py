"""Programs that a process starts: the version and the trace in their environment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.processes import said

from verspan.versions.identity import model_id_for

CHILD = """
import json, os, verspan
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from verspan.propagation.environment import continue_trace

trace.set_tracer_provider(TracerProvider())
verspan.configure()
if "OWN_VERSION" in os.environ:
    verspan.set_active_model(name=os.environ["OWN_VERSION"])
if "CONTINUE" in os.environ:
    continue_trace()
with trace.get_tracer("shop").start_as_current_span("child") as span:
    print(json.dumps({**span.attributes, "trace": f"{span.get_span_context().trace_id:032x}"}))
"""

PARENT = """
import os, subprocess, sys, verspan
from verspan.propagation.environment import child_environment

verspan.set_experiment("shop")
verspan.set_active_model(name="parent")
verspan.configure()

def start():
    return subprocess.check_output([sys.executable, "child.py"], env=child_environment(), text=True).strip()

with verspan.start_span("root") as root:
    verspan.update_current_trace(session_id="s-1")
    print(root.trace_id)
    print(start())
    verspan.clear_active_model()
    print(start())
"""

VERSION = {"logged_model.id": model_id_for("shop", "parent"), "logged_model.name": "parent"}
Start = Callable[..., "tuple[str, dict[str, Any], dict[str, Any]]"]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Gives a parent's trace, what a child's span has, and what that of a child has whose parent has no version."""
    (tmp_path / "child.py").write_text(CHILD, encoding="utf-8")

    def start(**variables: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
        trace_id, with_version, without = said(PARENT, tmp_path, VERSPAN_EXPORTERS="none", **variables)
        return trace_id, json.loads(with_version), json.loads(without)

    return start


def test_version(start: Start) -> None:
    """A child has its parent's version without asking, and a trace of its own."""
    trace_id, child, other = start()
    assert child == {**VERSION, "trace": child["trace"]}
    assert trace_id != child["trace"] != other["trace"]
    assert other["logged_model.name"] != "parent"


def test_trace(start: Start) -> None:
    """A child that asks is in its parent's trace and session."""
    trace_id, child, _ = start(CONTINUE="1")
    assert child == {**VERSION, "session.id": "s-1", "trace": trace_id}


def test_own_version(start: Start) -> None:
    """A child that names its own version keeps it, and one that continues the trace has its parent as its caller."""
    trace_id, child, _ = start(CONTINUE="1", OWN_VERSION="own")
    assert child == {
        "logged_model.id": model_id_for("shop", "own"),
        "logged_model.name": "own",
        "logged_model.caller.id": VERSION["logged_model.id"],
        "session.id": "s-1",
        "trace": trace_id,
    }
