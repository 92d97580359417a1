"""MLflow's versions and traces in a store of ours, from its file and from its server."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from tests.e2e.servers import LOOPBACK, free_ports, read, wait_until
from tests.mlflow_import.conftest import EXPERIMENT
from tests.transfer.conftest import rows

from verspan import semconv
from verspan.errors import InvalidArgumentError
from verspan.mlflow_import.importing import import_mlflow
from verspan.store.interface import ModelQuery, Store
from verspan.store.opening import open_store
from verspan.traces.model import Trace, TraceQuery, TraceStatus
from verspan.transfer.model import ImportReport, tell_nobody
from verspan.versions.identity import model_id_for
from verspan.versions.model import GitState, LoggedModelStatus

ROOT = Path(__file__).parents[2]
MLFLOW = ROOT / ".venv-mlflow" / "bin" / "mlflow"
NOTES = (
    "agent-v2: 2 LoggedModels of this name are one version",
    "2 assessments are not imported",
)


def bring(store: Store, uri: object, *experiments: str) -> ImportReport:
    """Import what is at a place."""
    return import_mlflow(store, str(uri), experiments, tell_nobody)


def trace_named(store: Store, name: str) -> Trace:
    """The only trace of a name."""
    (summary,) = (each for each in store.find_traces(TraceQuery()).traces if each.name == name)
    trace = store.get_trace(summary.trace_id)
    assert trace
    return trace


def test_report(store: Store, database: Path) -> None:
    """All versions and traces are imported, and what is not as it was in MLflow is said."""
    assert bring(store, f"sqlite:///{database}") == ImportReport(6, 6, 9, 9, notes=NOTES)


def test_twice_changes_nothing(store: Store, database: Path) -> None:
    """Importing again leaves every row of the store as it is, and MLflow's file is never written to."""
    content = database.read_bytes()
    bring(store, database)
    before = rows(store)
    assert bring(store, database) == ImportReport(6, 0, 9, 0, notes=NOTES)
    assert rows(store) == before
    assert database.read_bytes() == content


def test_versions(store: Store, database: Path) -> None:
    """A version keeps its name, its times and status, and all that was logged to it; the id is ours."""
    bring(store, database)
    names = {model.name: model for model in store.find_models(ModelQuery(include_deleted=True))}
    generated = next(name for name in names if not name.startswith("agent-"))
    full = names["agent-v1"]
    assert sorted(names) == sorted(["agent-v0", "agent-v1", "agent-v2", "agent-v3", "agent-v4", generated])
    assert full.model_id == model_id_for(EXPERIMENT, "agent-v1")
    assert (full.experiment_name, full.status, full.model_type) == (EXPERIMENT, LoggedModelStatus.READY, "agent")
    assert full.params == {"temperature": "0.7", "top_k": "3"}
    assert full.tags["team"] == "support"
    assert full.tags["mlflow.model_id"].startswith("m-")
    measured = [(metric.key, metric.value, metric.step) for metric in full.metrics]
    assert measured == [("latency", 1.5, 1), ("quality", 0.75, 0), ("quality", 0.875, 1)]
    assert names["agent-v3"].status is LoggedModelStatus.FAILED
    assert names["agent-v0"].deleted_timestamp == names["agent-v0"].last_updated_timestamp
    assert names["agent-v2"].params == {"temperature": "0.2"}
    assert names["agent-v2"].tags["team"] == "sales"
    assert len(names["agent-v2"].tags["mlflow.model_id"].split(",")) == 2


def test_git(store: Store, database: Path) -> None:
    """The state of the code is read from MLflow's tags, and an address loses its credentials wherever it stands."""
    bring(store, database)
    found = store.find_models(ModelQuery())
    (versioned,) = (model for model in found if model.git and model.git.dirty)
    assert versioned.git == GitState(versioned.git.commit, "main", "https://example.org/shop.git", dirty=True)  # type: ignore[union-attr] # it has one
    assert versioned.tags["mlflow.source.git.repoURL"] == "https://example.org/shop.git"
    assert "answer = 'no'" in versioned.tags["mlflow.source.git.diff"]
    assert "user:token" not in f"{store.find_models(ModelQuery())} {spans_of(store)}"


def test_trace(store: Store, database: Path) -> None:
    """A trace has its version on every span, its session, user and tags, and its calls' tokens and cost."""
    bring(store, database)
    trace = trace_named(store, "answer")
    summary = trace.summary
    assert (summary.model_name, summary.experiment_name) == ("agent-v1", EXPERIMENT)
    assert (summary.session_id, summary.user_id) == ("s-1", "u-17")
    assert summary.tags == {"channel": "mail"}
    assert summary.metadata["mlflow.source.git.branch"] == "main"
    assert (summary.input_tokens, summary.output_tokens) == (42, 10)
    assert summary.cost_usd == pytest.approx(1.11e-05)  # what MLflow's own page says
    assert (summary.request_preview, summary.response_preview) == ("Where is order 1234?", "It was shipped.")
    assert {stored.span.attributes[semconv.LOGGED_MODEL_NAME] for stored in trace.spans} == {"agent-v1"}
    found = [
        (each.span.name, each.span.kind, each.span.attributes.get(semconv.GEN_AI_OPERATION_NAME))
        for each in trace.spans
    ]
    assert found == [
        ("answer", "INTERNAL", "invoke_agent"),
        ("find_pages", "INTERNAL", "retrieval"),
        ("find_order", "INTERNAL", "execute_tool"),
        ("Completions", "CLIENT", "chat"),
        ("Completions", "CLIENT", "chat"),
    ]


def test_call(store: Store, database: Path) -> None:
    """A call of a model has the conventions' names, MLflow's own beside them, and all of its inputs and outputs."""
    bring(store, database)
    call = trace_named(store, "answer").spans[3].span.attributes
    said = "It was shipped."
    text = {"type": "text", "content": "Where is order 1234?"}
    expected = {
        semconv.GEN_AI_OPERATION_NAME: "chat",
        semconv.GEN_AI_PROVIDER_NAME: "openai",
        semconv.GEN_AI_REQUEST_MODEL: "gpt-4o-mini",
        semconv.GEN_AI_RESPONSE_MODEL: "gpt-4o-mini-2024-07-18",
        semconv.GEN_AI_RESPONSE_ID: "chatcmpl-1",
        semconv.GEN_AI_REQUEST_TEMPERATURE: 0.7,
        semconv.GEN_AI_REQUEST_MAX_TOKENS: 100,
        semconv.GEN_AI_USAGE_INPUT_TOKENS: 21,
        semconv.GEN_AI_USAGE_OUTPUT_TOKENS: 5,
        semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: 8,
        semconv.GEN_AI_RESPONSE_FINISH_REASONS: ("stop",),
        semconv.GEN_AI_INPUT_MESSAGES: [
            {"role": "system", "parts": [{"type": "text", "content": "Be kind."}]},
            {"role": "user", "parts": [text]},
        ],
        semconv.GEN_AI_OUTPUT_MESSAGES: [
            {"role": "assistant", "parts": [{"type": "text", "content": said}], "finish_reason": "stop"}
        ],
        "mlflow.spanType": "CHAT_MODEL",
        "mlflow.llm.model": "gpt-4o-mini-2024-07-18",
    }
    assert {name: call[name] for name in expected} == expected
    assert '"model":"gpt-4o-mini"' in call[semconv.VERSPAN_INPUTS]
    assert '"id":"chatcmpl-1"' in call[semconv.VERSPAN_OUTPUTS]


def test_failure(store: Store, database: Path) -> None:
    """A span that failed has its error, its message and its exception."""
    bring(store, database)
    trace = trace_named(store, "failing")
    (span,) = (stored.span for stored in trace.spans)
    (event,) = span.events
    assert trace.summary.status is TraceStatus.ERROR
    assert (span.status_code, span.status_message) == ("ERROR", "ValueError: no such order")
    assert span.attributes[semconv.ERROR_TYPE] == "ValueError"
    assert (event.name, event.attributes["exception.message"]) == ("exception", "no such order")


def test_trace_without_a_version(store: Store, database: Path) -> None:
    """A trace that began before any version was active has none."""
    bring(store, database)
    found = [(each.name, each.model_name) for each in store.find_traces(TraceQuery()).traces]
    assert found.count(("find_order", None)) == 1


def test_trace_of_a_version_that_is_gone(store: Store, database: Path) -> None:
    """A trace whose LoggedModel was removed from MLflow is kept without a version, and that is said."""
    with sqlite3.connect(database) as connection:
        (model_id,) = connection.execute("SELECT model_id FROM logged_models WHERE name = 'agent-v1'").fetchone()
        connection.execute("DELETE FROM logged_models WHERE name = 'agent-v1'")
    connection.close()
    report = bring(store, database)
    assert f"2 traces have no version: LoggedModel {model_id}, which they are of, is not there" in report.notes
    assert trace_named(store, "answer").summary.model_id is None


def test_spans_in_files(store: Store, database: Path, tmp_path: Path) -> None:
    """Spans that MLflow has in a file beside its artifacts, as before 3.6, are read from there."""
    with sqlite3.connect(database) as connection:
        (trace_id,) = connection.execute("SELECT trace_id FROM spans WHERE name = 'failing'").fetchone()
        (content,) = connection.execute("SELECT content FROM spans WHERE name = 'failing'").fetchone()
        connection.execute("DROP TABLE spans")
        connection.execute(
            "UPDATE trace_tags SET value = ? WHERE key = 'mlflow.artifactLocation' AND request_id = ?",
            (tmp_path.as_uri(), trace_id),
        )
    connection.close()
    (tmp_path / "traces.json").write_text(f'{{"spans": [{content}]}}', encoding="utf-8")
    report = bring(store, database)
    assert report.spans == 1
    assert trace_named(store, "failing").summary.error_count == 1
    assert "4 traces are left out: MLflow has no spans of them that can be read" in report.notes


def test_early_store(store: Store, early_database: Path) -> None:
    """A store of MLflow 3.1, which has spans in files and knows fewer tables, is imported alike."""
    report = bring(store, early_database)
    assert report == ImportReport(5, 5, 8, 8, notes=("agent-v2: 2 LoggedModels of this name are one version",))
    trace = trace_named(store, "answer")
    summary = trace.summary
    assert (summary.model_name, summary.session_id, summary.user_id) == ("agent-v1", "s-1", "u-17")
    assert (summary.input_tokens, summary.output_tokens, summary.span_count) == (42, 10, 5)
    assert trace.spans[3].span.attributes[semconv.GEN_AI_REQUEST_MODEL] == "gpt-4o-mini"
    assert semconv.GEN_AI_OUTPUT_MESSAGES in trace.spans[3].span.attributes
    assert "user:token" not in f"{store.find_models(ModelQuery())} {spans_of(store)}"


def test_spans_of_another_form(store: Store, database: Path) -> None:
    """A trace whose spans are not as MLflow 3 has them is left out, and the others are imported."""
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE spans SET content = '{\"context\": {}}' WHERE name = 'failing'")
        connection.execute("UPDATE spans SET content = '{' WHERE name = 'find_pages'")
    connection.close()
    report = bring(store, database)
    assert report.new_spans == 3
    assert "2 traces are left out: MLflow has no spans of them that can be read" in report.notes


def test_chosen_experiments(store: Store, database: Path) -> None:
    """Only the experiments that are named are imported, and one that is not there is an error."""
    assert bring(store, database, "Default") == ImportReport(0, 0, 0, 0)
    assert bring(store, database, "shop", "Default").models == 6
    with pytest.raises(InvalidArgumentError, match="MLflow has no experiment 'sopp'"):
        bring(store, database, "sopp")


def spans_of(store: Store) -> list[Any]:
    """Every span, in one order."""
    traces = (store.get_trace(summary.trace_id) for summary in store.find_traces(TraceQuery()).traces)
    return [stored for trace in traces if trace for stored in trace.spans]


def test_server(store: Store, database: Path, recorded_server: Any, tmp_path: Path) -> None:
    """What a server tells is what its file has, but for the versions that are deleted, which it does not tell of."""
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    bring(other, f"sqlite:///{database}")
    report = bring(store, f"http://127.0.0.1:{recorded_server.server_port}/")
    told = store.find_models(ModelQuery(include_deleted=True))
    assert report == ImportReport(5, 5, 9, 9, notes=NOTES)
    assert told == [model for model in other.find_models(ModelQuery(include_deleted=True)) if model.name != "agent-v0"]
    assert spans_of(store) == spans_of(other)
    other.close()


def test_credentials(store: Store, recorded_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server is told who asks: by the URL, by MLflow's variables, or by its token."""
    place = f"127.0.0.1:{recorded_server.server_port}"
    bring(store, f"http://ada:secret@{place}")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "token")
    bring(store, f"http://{place}")
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "bob")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "pass")
    bring(store, f"http://{place}")
    assert recorded_server.authorizations == {"Basic YWRhOnNlY3JldA==", "Bearer token", "Basic Ym9iOnBhc3M="}


def test_credentials_are_not_redirected(store: Store, recorded_server: Any) -> None:
    """A server that sends the import elsewhere does not make it tell the other who asks."""

    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(301)
            self.send_header("location", f"http://127.0.0.1:{recorded_server.server_port}{self.path}")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        with pytest.raises(InvalidArgumentError, match="404"):  # a POST becomes a GET, which was not recorded
            bring(store, f"http://ada:secret@127.0.0.1:{server.server_port}")
        server.shutdown()
        serving.join()
    assert recorded_server.authorizations == {None}


def test_what_cannot_be_imported(store: Store, tmp_path: Path, recorded_server: Any) -> None:
    """A place that is no MLflow is an error that names it, without what is secret in it."""
    (tmp_path / "text.db").write_text("versions")
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE a (b)").connection.close()
    address = f"127.0.0.1:{recorded_server.server_port}"
    recorded_server.answers.clear()
    for uri, said in (
        (tmp_path / "nowhere.db", "there is no file"),
        (tmp_path / "text.db", "cannot be read as MLflow's store: file is not a database"),
        (tmp_path / "other.db", "is not a store of MLflow 3: give its backend store's file, often mlflow.db"),
        ("postgresql://u:secret@host/db", "postgresql:// is not a kind of MLflow that can be imported"),
        (f"http://u:secret@{address}", f"MLflow at http://{address} answers 404 to /api/2.0/mlflow/experiments/search"),
        ("http://u:secret@127.0.0.1:1", "MLflow at http://127.0.0.1:1 cannot be reached"),
    ):
        with pytest.raises(InvalidArgumentError) as raised:
            bring(store, uri)
        assert said in str(raised.value)
        assert "secret" not in str(raised.value)
    assert store.find_models(ModelQuery()) == []


@pytest.fixture
def real_server(database: Path) -> Iterator[str]:
    """A real tracking server on the file, and its address."""
    if not MLFLOW.exists():
        pytest.skip(f"{MLFLOW.relative_to(ROOT)} is not there: make an environment with the mlflow package for it")
    (port,) = free_ports(1)
    command = [
        str(MLFLOW),
        "server",
        "--backend-store-uri",
        f"sqlite:///{database}",
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    log = (database.parent / "server.log").open("wb")
    server = subprocess.Popen(
        command, cwd=database.parent, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    try:
        address = f"http://{LOOPBACK}:{port}"
        wait_until(lambda: _is_up(address, server), "the server to start", seconds=120)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        log.close()


def _is_up(address: str, server: subprocess.Popen[bytes]) -> bool:
    assert server.poll() is None, f"the server has ended with {server.returncode}"
    with suppress(URLError, ConnectionError):
        return bool(read(f"{address}/version"))
    return False


def test_real_server(store: Store, database: Path, real_server: str, tmp_path: Path) -> None:
    """A real server of the installed mlflow gives what the file has."""
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    bring(other, database)
    bring(store, real_server)
    assert spans_of(store) == spans_of(other)
    other.close()
