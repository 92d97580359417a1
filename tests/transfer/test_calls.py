"""`verspan.export_models`, `verspan.import_models` and `verspan.import_from_mlflow`, as a program calls them."""

from __future__ import annotations

import lzma
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from tests.processes import clean_environment

Run = Callable[[str, str], list[str]]
FOLDER = Path(__file__).parents[1] / "mlflow_import"

RECORD = """
    import verspan
    with verspan.active_model(name="agent-v1") as version:
        with verspan.start_span("answer"):
            pass
    exported = verspan.export_models([version.model_id, "agent-v1"], "agent.verspan")
    print(exported.models, exported.spans)
"""
MOVE = """
    import verspan
    imported = verspan.import_models("agent.verspan")
    print(imported.new_models, imported.new_spans)
    (trace,) = verspan.search_traces()
    print(trace.name, trace.model_name)
"""
FROM_MLFLOW = """
    import verspan
    told = []
    imported = verspan.import_from_mlflow("mlflow.db", experiment_names=["shop"], on_progress=told.append)
    print(imported.models, imported.spans, told[-1].done)
"""
WRONG = """
    import verspan
    for versions in ([], ["nothing"]):
        try:
            verspan.export_models(versions, "agent.verspan")
        except verspan.VerspanError as error:
            print(error)
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a program in a folder of its own, with a store of its own; gives what it printed."""

    def run_program(program: str, store: str) -> list[str]:
        environment = clean_environment(VERSPAN_STORE=str(tmp_path / store))
        command = [sys.executable, "-W", "error", "-c", dedent(program)]
        done = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
        return done.stdout.splitlines()

    return run_program


def test_export_and_import(run: Run) -> None:
    """A program exports what it has recorded until then, and another imports it into its own store."""
    assert run(RECORD, "here.db") == ["1 1"]
    assert run(MOVE, "there.db") == ["1 1", "answer agent-v1"]


def test_import_from_mlflow(run: Run, tmp_path: Path) -> None:
    """A program imports an experiment of MLflow."""
    (packed,) = FOLDER.glob("mlflow-3.17.*.db.xz")
    (tmp_path / "mlflow.db").write_bytes(lzma.decompress(packed.read_bytes()))
    assert run(FROM_MLFLOW, "there.db") == ["6 9 9"]


def test_nothing_to_export(run: Run) -> None:
    """Without versions, or with a name that no version has, the error says how to name one."""
    run(RECORD, "here.db")
    assert run(WRONG, "here.db") == [
        "there are no versions to export: give a name or an id, as `verspan models` has it",
        "no version has a name or an id that is 'nothing': `verspan models` lists them",
    ]
