"""A real MLflow store, made by ``make_store.py`` with the version that its name says, and stores to import it into."""

from __future__ import annotations

import json
import lzma
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.mlflow_import.record_answers import asked

from verspan.store.interface import Store
from verspan.store.opening import open_store

FOLDER = Path(__file__).parent
EXPERIMENT = "shop"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The SQLite file that MLflow 3.17 made."""
    return unpacked("3.17.0", tmp_path)


@pytest.fixture
def early_database(tmp_path: Path) -> Path:
    """The SQLite file that MLflow 3.1 made, with the spans in files beside it."""
    path = unpacked("3.1.4", tmp_path)
    traces = json.loads((FOLDER / "mlflow-3.1.4.traces.json").read_text(encoding="utf-8"))
    for trace_id, document in traces.items():
        place = tmp_path / "artifacts" / "traces" / trace_id / "artifacts" / "traces.json"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(document), encoding="utf-8")
    with closing(sqlite3.connect(path)) as connection, connection:
        moved = "UPDATE trace_tags SET value = replace(value, 'file:///srv/shop', ?)"
        connection.execute(moved, (tmp_path.as_uri(),))
    return path


def unpacked(version: str, folder: Path) -> Path:
    """The file that a version of MLflow made."""
    path = folder / "mlflow.db"
    path.write_bytes(lzma.decompress((FOLDER / f"mlflow-{version}.db.xz").read_bytes()))
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(f"sqlite:///{tmp_path / 'verspan.db'}")
    yield opened
    opened.close()


class _Recorded(BaseHTTPRequestHandler):
    """Answers what MLflow's server has answered to the same request."""

    def do_GET(self) -> None:
        self._answer(asked(self.path, None))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self._answer(asked(self.path, body))

    def _answer(self, key: str) -> None:
        server: Any = self.server
        server.authorizations.add(self.headers.get("authorization"))
        found = server.answers.get(key)
        body = json.dumps(found).encode()
        self.send_response(404 if found is None else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
        """Keep quiet."""


@pytest.fixture
def recorded_server() -> Iterator[Any]:
    """A server with the answers of a real one; ``authorizations`` has who the client said it was."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Recorded) as server:
        recorded: Any = server
        (answers,) = FOLDER.glob("mlflow-*.answers.json")
        recorded.answers = json.loads(answers.read_text(encoding="utf-8"))
        recorded.authorizations = set()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
