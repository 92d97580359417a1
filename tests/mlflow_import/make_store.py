"""Makes the MLflow store that the tests read, with the ``mlflow`` package, where that is installed; it is run by hand.

::

    python tests/mlflow_import/make_store.py FOLDER

FOLDER is made, and ``mlflow-VERSION.db.xz`` beside this file is what is kept of it: the store's SQLite file, with every
path of the machine replaced. Where MLflow keeps spans in files, as its first versions of 3.x do, these are in
``mlflow-VERSION.traces.json`` by trace. What is recorded is the same every time; ids and times are MLflow's own, and
differ.
"""

from __future__ import annotations

import json
import lzma
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import mlflow
import openai
from mlflow.entities import AssessmentSource, LoggedModelStatus, SpanType
from mlflow.exceptions import MlflowException

EXPERIMENT = "shop"
STARTED_IN = Path.cwd()
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_763_885_521,
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "It was shipped."}}],
    "usage": {
        "prompt_tokens": 21,
        "completion_tokens": 5,
        "total_tokens": 26,
        "prompt_tokens_details": {"cached_tokens": 8},
    },
}


class _Api(BaseHTTPRequestHandler):
    """Answers every chat completion alike."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
        """Keep quiet."""


def git_repository(folder: Path) -> None:
    """A repository with one commit and a change, as MLflow's git versioning reads it."""
    commands = (
        "init --quiet --initial-branch=main",
        "remote add origin https://user:token@example.org/shop.git",
        "add app.py",
        "-c user.name=Someone -c user.email=someone@example.com commit --quiet --message=Begin",
    )
    (folder / "app.py").write_text("answer = 'yes'\n", encoding="utf-8")
    for command in commands:
        subprocess.run(["git", *command.split()], cwd=folder, check=True)
    (folder / "app.py").write_text("answer = 'no'\n", encoding="utf-8")
    os.chdir(folder)


def record_models() -> None:
    """Versions: one with everything, two of one name, one that failed, one of a run, one that was deleted."""
    full = mlflow.create_external_model(
        name="agent-v1", model_type="agent", params={"temperature": "0.7", "top_k": "3"}, tags={"team": "support"}
    )
    mlflow.log_metrics({"quality": 0.75}, step=0, model_id=full.model_id)
    mlflow.log_metrics({"quality": 0.875, "latency": 1.5}, step=1, model_id=full.model_id)
    mlflow.end_run()  # the one that MLflow has begun for the metrics
    mlflow.create_external_model(name="agent-v2", params={"temperature": "0.2"})
    mlflow.create_external_model(name="agent-v2", tags={"team": "sales"})
    failed = mlflow.initialize_logged_model(name="agent-v3")
    mlflow.finalize_logged_model(failed.model_id, LoggedModelStatus.FAILED)
    with mlflow.start_run(run_name="training", tags={"mlflow.source.git.commit": "ab" * 20}) as run:
        mlflow.create_external_model(name="agent-v4", source_run_id=run.info.run_id)
    deleted = mlflow.create_external_model(name="agent-v0")
    mlflow.MlflowClient().delete_logged_model(deleted.model_id)


@mlflow.trace(span_type=SpanType.TOOL)  # type: ignore[untyped-decorator]  # mlflow is not where types are checked
def find_order(number: int) -> dict[str, object]:
    """A tool."""
    return {"number": number, "status": "shipped"}


@mlflow.trace(span_type=SpanType.RETRIEVER)  # type: ignore[untyped-decorator]  # mlflow is not where types are checked
def find_pages(question: str) -> list[dict[str, object]]:
    """A retriever."""
    return [{"page_content": f"About {question}", "metadata": {"doc_uri": "faq.md"}, "id": "1"}]


@mlflow.trace(span_type=SpanType.TOOL)  # type: ignore[untyped-decorator]  # mlflow is not where types are checked
def failing(reason: str) -> None:
    """A tool that fails."""
    raise ValueError(reason)


def record_traces(client: openai.OpenAI) -> None:
    """Traces: an agent's with two calls, one that failed, one of a git version, one of no version."""
    messages: list[Any] = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Where is order 1234?"},
    ]

    @mlflow.trace(name="answer", span_type=SpanType.AGENT)  # type: ignore[untyped-decorator]  # mlflow is not where types are checked
    def answer(question: str) -> str | None:
        mlflow.update_current_trace(
            tags={"channel": "mail"}, metadata={"mlflow.trace.session": "s-1", "mlflow.trace.user": "u-17"}
        )
        find_pages(question)
        find_order(1234)
        said = client.chat.completions.create(model="gpt-4o-mini", messages=messages, temperature=0.7, max_tokens=100)
        client.chat.completions.create(model="gpt-4o-mini", messages=messages)
        return said.choices[0].message.content

    mlflow.set_active_model(name="agent-v1")
    answer("Where is order 1234?")
    mlflow.flush_trace_async_logging()
    traced = mlflow.get_last_active_trace_id()
    with suppress(MlflowException):  # of which the first of 3.x have none
        mlflow.log_feedback(
            trace_id=traced, name="correct", value=True, rationale="It is.", source=AssessmentSource("HUMAN", "ada")
        )
        mlflow.log_expectation(trace_id=traced, name="answer", value="shipped", source=AssessmentSource("HUMAN", "ada"))
    with suppress(ValueError):
        failing("no such order")
    mlflow.set_active_model(name="agent-v2")
    find_order(7)


def main(folder: Path) -> None:
    """Fill a new store and say how to pack it."""
    folder.mkdir(parents=True)
    database = folder / "mlflow.db"
    mlflow.set_tracking_uri(f"sqlite:///{database}")
    mlflow.create_experiment(EXPERIMENT, artifact_location=(folder / "artifacts").as_uri())
    mlflow.set_experiment(EXPERIMENT)
    repository = folder / "repository"
    repository.mkdir()
    git_repository(repository)
    mlflow.openai.autolog()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Api) as api:
        thread = threading.Thread(target=api.serve_forever, daemon=True)
        thread.start()
        find_order(0)
        record_models()
        client = openai.OpenAI(base_url=f"http://127.0.0.1:{api.server_port}/v1", api_key="none")
        record_traces(client)
        if hasattr(mlflow.genai, "enable_git_model_versioning"):
            mlflow.clear_active_model()
            mlflow.genai.enable_git_model_versioning()
            find_order(8)
        mlflow.flush_trace_async_logging(terminate=True)
        api.shutdown()
    pack(database, Path(__file__).with_name(f"mlflow-{mlflow.__version__}.db.xz"))


def pack(database: Path, packed: Path) -> None:
    """Write the store's file, small and without anything that tells of this machine."""
    places = {database.parent, Path(__file__).parents[2], Path(sys.prefix), Path(sys.base_prefix), STARTED_IN}
    folders = sorted(map(str, places), key=len, reverse=True)
    with sqlite3.connect(database, isolation_level=None) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for column in columns:
                for folder in folders:
                    connection.execute(
                        f"UPDATE {table} SET {column} = replace({column}, ?, '/srv/shop') WHERE instr({column}, ?)",  # noqa: S608 - names of MLflow's
                        (folder, folder),
                    )
        connection.execute("PRAGMA page_size = 512")
        connection.execute("VACUUM")
    packed.write_bytes(lzma.compress(database.read_bytes(), preset=9))
    if "spans" not in tables:
        found = {path.parts[-3]: path.read_text(encoding="utf-8") for path in database.parent.rglob("traces.json")}
        for folder in folders:
            found = {trace_id: text.replace(folder, "/srv/shop") for trace_id, text in found.items()}
        text = json.dumps({trace_id: json.loads(found[trace_id]) for trace_id in sorted(found)}, indent=1)
        packed.with_name(f"mlflow-{mlflow.__version__}.traces.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
