"""`verspan evaluate`, in processes of their own, since evaluating sets up tracing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.processes import Ended, clean_environment
from tests.processes import run as run_process

from verspan.store.opening import open_store
from verspan.versions.identity import model_id_for

APP = """
import verspan


def answer(question):
    if question == "psst":
        raise ValueError("not said aloud")
    return question.upper()


@verspan.scorer
def polite(outputs):
    return "PLEASE" in outputs
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder with an application and rows to ask it."""
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    asked = ("a cup, please", "a cup", "psst")
    lines = [json.dumps({"row_id": question, "inputs": {"question": question}}) for question in asked]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines[:2]) + "\n\n", encoding="utf-8")
    (tmp_path / "more.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def evaluated(app: Path, *arguments: str) -> Ended:
    """What became of the command."""
    return run_process(
        str(Path(sys.executable).with_name("verspan")),
        "evaluate",
        *arguments,
        folder=app,
        PATH=clean_environment()["PATH"],
    )


def test_evaluated(app: Path) -> None:
    """Rows of a file are answered under the version and scored, and their traces are in the store."""
    told = "app:answer", "--data", "rows.jsonl", "--scorer", "app:polite", "--model", "v1", "--store", "store.db"
    done = evaluated(app, *told, "--json")
    assert (done.code, done.log) == (0, "")
    found = json.loads(done.output)
    mean = {"name": "polite/mean", "value": 0.5, "count": 2, "failures": 0, "skipped": 0, "interval": None}
    assert found["metrics"] == [mean]
    assert (found["run"]["status"], found["run"]["function"], found["failures"]) == ("FINISHED", "app.answer", [])
    store = open_store(f"sqlite:///{app / 'store.db'}", create=False)
    rows = store.evaluations.rows(found["run"]["run_id"])
    traces = [store.get_trace(str(row.trace_id)) for row in rows]
    store.close()
    version = model_id_for("Default", "v1")
    assert [trace and (trace.summary.name, trace.summary.model_id, trace.summary.metadata) for trace in traces] == [
        ("answer", version, {"evaluation_run": found["run"]["run_id"], "evaluation_row": row.row_id}) for row in rows
    ]


def test_failures(app: Path) -> None:
    """A row that failed is named, and the exit code says that there is one."""
    done = evaluated(app, "app:answer", "--data", "more.jsonl", "--scorer", "app:polite", "--model", "v1")
    assert done.code == 1
    assert done.output.splitlines()[-1].split() == ["polite/mean", "0.5", "2", "0"]
    assert done.log.splitlines()[1:] == ["psst failed: ValueError: not said aloud"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("answer", "--data", "rows.jsonl"), "'answer' names no function: write MODULE:FUNCTION, such as app:answer"),
        (("nothing:answer", "--data", "rows.jsonl"), "'nothing:answer': there is no module 'nothing' here"),
        (("app:question", "--data", "rows.jsonl"), "'app:question': the module 'app' has no function 'question'"),
        (("app:answer", "--data", "app.py"), "app.py, line 2 is no JSON: Expecting value: line 1 column 1 (char 0)"),
        (("app:answer", "--data", "none.jsonl"), "none.jsonl cannot be read: no such file or directory"),
    ],
)
def test_refused(app: Path, arguments: tuple[str, ...], message: str) -> None:
    """What cannot be used is said in one line."""
    assert evaluated(app, *arguments) == Ended(2, "", f"verspan: {message}\n")
