"""`verspan export` and `verspan import`."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from inline_snapshot import snapshot

from verspan.store.interface import ModelQuery, Store
from verspan.store.opening import open_store
from verspan.traces.model import TraceQuery

Run = Callable[..., Result]
MLFLOW = Path(__file__).parents[1] / "mlflow_import"


def names_in(path: Path) -> list[str]:
    """The names of the traces in a store."""
    store = open_store(f"sqlite:///{path}", create=False)
    names = sorted(trace.name for trace in store.find_traces(TraceQuery()).traces)
    store.close()
    return names


@pytest.mark.usefixtures("recorded")
def test_export_and_import(run: Run, tmp_path: Path) -> None:
    """A version goes into a file and from there into another store, and each command says what it did."""
    exported = run("export", "agent-v2", "-o", "agent.verspan")
    size = (tmp_path / "agent.verspan").stat().st_size / 1e6
    imported = run("import", "agent.verspan", "--store", "other/store.db")
    again = run("import", "agent.verspan", "--store", "other/store.db")
    assert (exported.stdout, exported.exit_code) == (f"agent.verspan: {size:.1f} MB, versions 1, spans 7\n", 0)
    assert exported.stderr == "into another store: verspan import agent.verspan\n"
    assert (imported.stdout, imported.exit_code) == ("versions 1 (1 new), spans 7 (7 new)\n", 0)
    assert imported.stderr == "look at them: verspan models\n"
    assert again.stdout == "versions 1 (0 new), spans 7 (0 new)\n"
    assert names_in(tmp_path / "other" / "store.db") == ["answer", "chat gpt-4o-mini"]


@pytest.mark.usefixtures("recorded")
def test_json(run: Run, tmp_path: Path) -> None:
    """The JSON has the fields of the reports."""
    exported = json.loads(run("export", "agent-v1", "agent-v2", "-o", "both", "--json").stdout)
    assert exported.pop("size") == (tmp_path / "both").stat().st_size
    assert exported == snapshot(
        {
            "path": "both",
            "models": 2,
            "spans": 8,
            "captures": 0,
            "prompts": 0,
            "artifacts": 0,
            "runs": 0,
            "results": 0,
            "datasets": 0,
            "assessments": 0,
        }
    )
    assert json.loads(run("import", "both", "--json").stdout) == snapshot(
        {
            "models": 2,
            "new_models": 0,
            "spans": 8,
            "new_spans": 0,
            "captures": 0,
            "prompts": 0,
            "artifacts": 0,
            "runs": 0,
            "new_runs": 0,
            "results": 0,
            "datasets": 0,
            "assessments": 0,
            "new_assessments": 0,
            "notes": [],
        }
    )


def test_conflict(run: Run, recorded: Store) -> None:
    """What is not as it was where it comes from is said, a line each."""
    run("export", "agent-v2", "-o", "agent.verspan")
    (model,) = recorded.find_models(ModelQuery(name="agent-v2"))
    elsewhere = open_store("sqlite:///other.db")
    elsewhere.upsert_model(replace(model, params={"temperature": "0.1"}))
    elsewhere.close()
    result = run("import", "agent.verspan", "--store", "other.db")
    assert result.stdout.splitlines()[1:] == ["  agent-v2: the parameter 'temperature' stays '0.1', and was '0.7'"]


def test_from_mlflow(run: Run, tmp_path: Path) -> None:
    """MLflow's file is imported as it is, and what differs is said."""
    (packed,) = MLFLOW.glob("mlflow-3.17.*.db.xz")
    (tmp_path / "mlflow.db").write_bytes(lzma.decompress(packed.read_bytes()))
    result = run("import", "--from-mlflow", "sqlite:///mlflow.db", "--mlflow-experiment", "shop")
    assert result.stdout.splitlines() == [
        "versions 6 (6 new), spans 9 (9 new)",
        "  agent-v2: 2 LoggedModels of this name are one version",
        "  2 assessments are not imported",
    ]
    assert result.exit_code == 0


@pytest.mark.usefixtures("recorded")
def test_errors(run: Run, tmp_path: Path) -> None:
    """What cannot be done is one line, and wrong usage exits with 2."""
    (tmp_path / "text").write_text("versions")
    for arguments, said in (
        (("export", "agent-v2", "-o", "nowhere/agent.verspan"), "verspan: 'nowhere/agent.verspan' cannot be written"),
        (("export", "nothing", "-o", "x"), "verspan: no version has a name or an id that is or begins 'nothing'"),
        (("import", "text"), "verspan: 'text' is not imported: it is damaged or cut short"),
        (("import",), "verspan: give a FILE, or --from-mlflow and a URI."),
        (("import", "text", "--from-mlflow", "x"), "verspan: give a FILE, or --from-mlflow and a URI."),
        (("import", "--from-mlflow", "nowhere.db"), "verspan: there is no file"),
    ):
        result = run(*arguments)
        assert result.stderr.startswith(said)
        assert len(result.stderr.splitlines()) == 1 or "lists them" in result.stderr
        assert result.exit_code in (1, 2)
    assert not (tmp_path / "x").exists()
