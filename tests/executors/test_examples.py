"""The examples of evaluations on clusters, run as their reader would run them."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.processes import clean_environment

from verspan.demo.api_server import DemoApi
from verspan.demo.recording import Destination
from verspan.evaluation.records import RunQuery
from verspan.store.opening import open_store

EXAMPLES = Path(__file__).parents[2] / "examples"
_SECONDS = 60


@pytest.mark.parametrize("name", ["evaluate_on_dask.py", "evaluate_on_ray.py"])
def test_example(tmp_path: Path, name: str) -> None:
    """Every row is answered by a worker, whose call is in the row's trace and in what the run came to."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with DemoApi() as api:
        environment = Destination(url, api.base_url, "demo").environment(clean_environment())
        command = (sys.executable, str(EXAMPLES / name))
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "30 of 30 answered, 0 failed\n  answers_at_all/mean: 1 (30 rows)\n  answers: 30 calls" in done.stdout
    with closing(open_store(url)) as store:
        (run,) = store.evaluations.find_runs(RunQuery())
        rows = store.evaluations.rows(run.run_id)
        traces = [store.get_trace(str(row.trace_id)) for row in rows]
    for row, trace in zip(rows, traces, strict=True):
        assert trace is not None
        assert [stored.span.name for stored in trace.spans] == ["answer", "chat gpt-4o-mini"]
        assert trace.summary.cost_usd == row.spent.cost_usd
