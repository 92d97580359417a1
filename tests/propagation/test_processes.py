"""Processes that multiprocessing starts, and the tasks of their pools, by every method that there is here."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest
from tests.processes import run_program

METHODS = [method for method in ("fork", "spawn", "forkserver") if method in multiprocessing.get_all_start_methods()]

# What a process does that is started, or a task of one: it knows of no version itself.
WORK = """
import warnings
warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)  # of a fork

import json, multiprocessing, os
from concurrent.futures import ProcessPoolExecutor
import verspan
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

METHOD = os.environ["METHOD"]

def look(_=None):
    provider = trace.get_tracer_provider()
    if not hasattr(provider, "add_span_processor"):
        verspan.configure()
        trace.set_tracer_provider(TracerProvider())
    with trace.get_tracer("shop").start_as_current_span("task") as span:
        shown = {key: value for key, value in span.attributes.items() if key != "logged_model.id"}
        return {**shown, "parent": span.parent.span_id if span.parent else None}

def tell(queue):
    queue.put(look())
"""

PROCESSES = """
if __name__ == "__main__":
    context = multiprocessing.get_context(METHOD)
    verspan.set_experiment("shop")
    verspan.set_active_model(name="process")
    verspan.autolog()
    queue = context.Queue()

    def told():
        process = context.Process(target=tell, args=(queue,))
        process.start()
        answer = queue.get()
        process.join()
        return answer

    found = {"default": told()}
    with verspan.start_span("root") as root:
        verspan.update_current_trace(session_id="s-1")
        with verspan.active_model("block"):
            found["block"] = told()
            root_id = root.otel_span.get_span_context().span_id
    verspan.clear_active_model()
    found["cleared"] = told()
    found["block"]["parent"] = found["block"]["parent"] == root_id
    print(json.dumps(found))
"""

POOLS = """
if __name__ == "__main__":
    context = multiprocessing.get_context(METHOD)
    verspan.set_experiment("shop")
    verspan.set_active_model(name="process")
    verspan.autolog()
    found = {}
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        with verspan.active_model("A"):
            found["first"] = pool.submit(look).result()
        with verspan.start_span("root") as root, verspan.active_model("B"):
            (found["mapped"],) = pool.map(look, [1])
            root_id = root.otel_span.get_span_context().span_id
        found["last"] = pool.submit(look).result()
    with context.Pool(1) as workers:
        found["pool"] = workers.apply(look)
    found["mapped"]["parent"] = found["mapped"]["parent"] == root_id
    print(json.dumps(found))
"""


def found(program: str, folder: Path, method: str) -> dict[str, dict[str, object]]:
    """What the processes of a program said of their spans."""
    done = run_program(program, folder, METHOD=method, VERSPAN_EXPORTERS="none")
    assert (done.code, done.log) == (0, ""), done.log
    answers: dict[str, dict[str, object]] = json.loads(done.output)
    return answers


@pytest.mark.parametrize("method", METHODS)
def test_processes(tmp_path: Path, method: str) -> None:
    """A child has its parent's version, trace and session, however it is started."""
    assert found(WORK + PROCESSES, tmp_path, method) == {
        "default": {"logged_model.name": "process", "parent": None},
        "block": {"logged_model.name": "block", "session.id": "s-1", "parent": True},
        "cleared": {"parent": None},
    }


@pytest.mark.parametrize("method", METHODS)
def test_pools(tmp_path: Path, method: str) -> None:
    """A task of an executor has the version and trace of whoever submitted it, one of a pool the process's version."""
    assert found(WORK + POOLS, tmp_path, method) == {
        "first": {"logged_model.name": "A", "parent": None},
        "mapped": {"logged_model.name": "B", "parent": True},
        "last": {"logged_model.name": "process", "parent": None},
        "pool": {"logged_model.name": "process", "parent": None},
    }
