"""Evaluations on a Dask cluster and on Ray, on this machine, with three workers of which one is killed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from tests.evaluation.serving import Model
from tests.processes import clean_environment

from verspan import semconv
from verspan.store.opening import open_store
from verspan.versions.identity import model_id_for

_SECONDS = 90
PROGRAM = '''
    import json, os, signal, urllib.request
    import verspan

    def call(question):
        attributes = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 10}
        with verspan.start_span("chat", attributes=attributes):
            with urllib.request.urlopen(os.environ["MODEL"] + question) as response:
                return response.read().decode()

    def answer(question):
        """Ask; the first worker that has asked q7 dies of it, and q3 always fails."""
        found = call(question)
        if question == "q7" and not os.path.exists("died"):
            open("died", "x").close()
            os.kill(os.getpid(), signal.SIGKILL)
        if question == "q3":
            raise LookupError("no such parcel")
        return found

    @verspan.scorer
    def calls(trace):
        return sum(each.span.name == "chat" for each in trace.spans)

    def evaluated(executor):
        data = [{"row_id": f"q{number}", "inputs": {"question": f"q{number}"}} for number in range(30)]
        result = verspan.evaluate(data, answer, [calls], "v1", executor=executor, concurrency=6)
        rows = {row.row_id: (row.outputs, row.attempts, row.lost_attempts, row.spent.calls) for row in result.rows}
        failures = [(row.row_id, row.failure.error_type, row.failure.message) for row in result.failures]
        print(json.dumps({"run": result.run.run_id, "rows": rows, "failures": failures, "shown": str(result)}))

    if __name__ == "__main__":
'''
ON_DASK = """
        from distributed import Client

        with Client(n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None) as client:
            evaluated(client.get_executor())
            assert client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.extensions["events"]._events) == {}
"""
ON_RAY = """
        import ray
        from verspan.evaluation.executors import RayExecutor

        ray.init(num_cpus=3, include_dashboard=False, log_to_driver=False)
        evaluated(RayExecutor(num_cpus=1))
        ray.shutdown()
"""


def run(program: str, server: Model, folder: Path) -> dict[str, Any]:
    """What an evaluation on a cluster told."""
    (folder / "app.py").write_text(dedent(PROGRAM + program), encoding="utf-8")
    environment = clean_environment(VERSPAN_STORE=str(folder / "store.db"), MODEL=server.url, RAY_DEDUP_LOGS="0")
    command = (sys.executable, "app.py")
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("program", [ON_DASK, ON_RAY], ids=["dask", "ray"])
def test_a_worker_is_killed(server: Model, tmp_path: Path, program: str) -> None:
    """It comes to its end: each row is answered once, what died with its worker is told, and spans arrive."""
    found = run(program, server, tmp_path)
    questions = [f"q{number}" for number in range(30)]
    lost = {name: row[2] for name, row in found["rows"].items() if row[2]}
    assert found["failures"] == [["q3", "LookupError", "no such parcel"]]
    assert lost["q7"] == 1
    assert {name: row[0] for name, row in found["rows"].items()} == {
        name: None if name == "q3" else name.upper() for name in questions
    }
    assert server.answered == Counter(questions) + Counter(lost)
    assert all(row[1] == row[2] + 1 and row[3] == 1 for row in found["rows"].values())
    assert f"lost: {sum(lost.values())} attempts" in found["shown"]
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        results = store.evaluations.rows(found["run"])
        traces = [store.get_trace(str(result.trace_id)) for result in results]
    assert {score.value for result in results if not result.lost_attempts for score in result.scores} == {1}
    for result, trace in zip(results, traces, strict=True):
        assert trace is not None
        spans = {stored.span.name: stored.span for stored in trace.spans}
        assert spans["chat"].parent_span_id == spans["answer"].span_id
        assert {span.attributes[semconv.LOGGED_MODEL_ID] for span in spans.values()} == {model_id_for("Default", "v1")}
        assert spans["answer"].attributes[semconv.VERSPAN_EVALUATION_RUN] == found["run"]
        assert spans["answer"].attributes[semconv.VERSPAN_EVALUATION_ROW] == result.row_id
        assert spans["chat"].resource["service.instance.id"] != spans["answer"].resource["service.instance.id"]
