"""Evaluating against a real server: one that refuses half of the calls, and one whose client is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.evaluation.conftest import Judge, rows
from tests.evaluation.test_retrying import APIStatusError
from tests.processes import clean_environment, run_program

from verspan.evaluation.model import RunStatus
from verspan.evaluation.records import RunQuery
from verspan.evaluation.running import evaluate
from verspan.store.interface import Store
from verspan.store.opening import open_store

QUESTIONS = [f"q{number}" for number in range(20)]
_SECONDS = 60


class Model(ThreadingHTTPServer):
    """Answers a question in upper case, or refuses it the first time."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.refusing = False
        self.holding: str | None = None
        """The question that is not answered until it is released."""
        self.answering = False
        """Whether it is answered then."""
        self.held = threading.Event()
        self.released = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def ask(self, question: str) -> int:
        """Which time it is asked."""
        with self._lock:
            self.asked[question] += 1
            return self.asked[question]

    def answer_to(self, question: str) -> str:
        """Ask it, as a client does."""
        connection = HTTPConnection("127.0.0.1", self.server_port)
        with closing(connection):
            connection.request("GET", f"/{question}")
            response = connection.getresponse()
            text = response.read().decode()
            if response.status != HTTPStatus.OK:
                raise APIStatusError(response.status, dict(response.headers))
            return text

    def answer(self, question: str) -> None:
        with self._lock:
            self.answered[question] += 1


class Handler(BaseHTTPRequestHandler):
    """A call."""

    server: Model

    def do_GET(self) -> None:
        question = self.path.strip("/")
        time = self.server.ask(question)
        if self.server.refusing and time % 2:
            self._send(429, b"later", {"Retry-After": "0"})
            return
        if self.server.holding == question:
            self.server.held.set()
            self.server.released.wait(_SECONDS)
            if not self.server.answering:
                return  # whoever asked is gone
        self.server.answer(question)
        self._send(200, question.upper().encode(), {})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
        """Keep quiet."""


@pytest.fixture
def server() -> Iterator[Model]:
    """A model on a port of its own."""
    with Model() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


def test_refused_half_of_the_time(store: Store, server: Model) -> None:
    """With a server that answers 429 every other time every row is answered, once, by a second attempt."""
    server.refusing = True

    def answer(question: str) -> str:
        return server.answer_to(question)

    result = evaluate(rows(*QUESTIONS), answer, [Judge("shouts", lambda got: got.outputs.isupper())], "v1", retries=1)
    assert [(row.outputs, row.attempts, row.failure) for row in result.rows] == [
        (q.upper(), 2, None) for q in QUESTIONS
    ]
    assert server.answered == Counter(QUESTIONS)
    assert store.evaluations.load_run(result.run.run_id).status is RunStatus.FINISHED


def test_refused_for_good(store: Store, server: Model) -> None:
    """A call that is refused as often as it may be made is a failure that says so; others are not made again."""
    server.refusing = True

    def answer(question: str) -> str:
        return server.answer_to(question)

    result = evaluate(rows("a"), answer, model_id="v1", retries=0)
    assert [(row.failure and row.failure.error_type, row.attempts) for row in result.rows] == [("APIStatusError", 1)]
    assert server.answered == Counter()
    assert len(store.evaluations.rows(result.run.run_id)) == 1


PROGRAM = """
import sys, urllib.request
import verspan

def answer(question):
    with urllib.request.urlopen(sys.argv[1] + question) as response:
        return response.read().decode()

@verspan.scorer
def shouts(outputs):
    return outputs.isupper()

data = [{"row_id": f"q{number}", "inputs": {"question": f"q{number}"}} for number in range(20)]
result = verspan.evaluate(data, answer, [shouts], "v1", concurrency=1)
print(result.run.run_id, result.run.status.value, len(result.rows), result.metrics)
"""


def test_killed(server: Model, tmp_path: Path) -> None:
    """What `kill -9` ends goes on where it was: no row that was answered is asked again."""
    server.holding = "q7"
    (tmp_path / "app.py").write_text(PROGRAM, encoding="utf-8")
    place = tmp_path / "store.db"
    command = [sys.executable, "app.py", server.url]
    with subprocess.Popen(command, cwd=tmp_path, env=clean_environment(VERSPAN_STORE=str(place))) as killed:
        assert server.held.wait(_SECONDS)
        run_id = _kept(f"sqlite:///{place}", 7)
        killed.send_signal(signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL
    server.holding = None
    server.released.set()
    done = run_program(PROGRAM.replace("sys.argv[1]", repr(server.url)), tmp_path, VERSPAN_STORE=str(place))
    assert (done.log, done.output) == ("", f"{run_id} FINISHED 20 {{'shouts/mean': 1.0}}\n")
    assert server.answered == Counter(QUESTIONS)
    assert server.asked == Counter([*QUESTIONS, "q7"])


SCORED_SLOWLY = PROGRAM.replace(
    "    return outputs.isupper()",
    """    if outputs == "Q7":
        answer("hold")
    return outputs.isupper()""",
)


def test_killed_while_scoring(server: Model, tmp_path: Path) -> None:
    """An answer whose scoring `kill -9` ended is scored, and not asked for again."""
    server.holding = "hold"
    (tmp_path / "app.py").write_text(SCORED_SLOWLY, encoding="utf-8")
    place = tmp_path / "store.db"
    command = [sys.executable, "app.py", server.url]
    with subprocess.Popen(command, cwd=tmp_path, env=clean_environment(VERSPAN_STORE=str(place))) as killed:
        assert server.held.wait(_SECONDS)
        run_id = _kept(f"sqlite:///{place}", 8)
        killed.send_signal(signal.SIGKILL)
    server.holding = None
    server.released.set()
    done = run_program(SCORED_SLOWLY.replace("sys.argv[1]", repr(server.url)), tmp_path, VERSPAN_STORE=str(place))
    assert (done.log, done.output) == ("", f"{run_id} FINISHED 20 {{'shouts/mean': 1.0}}\n")
    assert server.asked == Counter([*QUESTIONS, "hold", "hold"])


def test_at_the_same_time(server: Model, tmp_path: Path) -> None:
    """Who asks for an evaluation that another process works on has a run of its own, and is told so."""
    server.holding = "q7"
    (tmp_path / "app.py").write_text(PROGRAM, encoding="utf-8")
    place = tmp_path / "store.db"
    command = [sys.executable, "app.py", server.url]
    environment = clean_environment(VERSPAN_STORE=str(place))
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as first:
        assert server.held.wait(_SECONDS)
        run_id = _kept(f"sqlite:///{place}", 7)
        server.holding = None
        second = run_program(PROGRAM.replace("sys.argv[1]", repr(server.url)), tmp_path, VERSPAN_STORE=str(place))
        server.answering = True
        server.released.set()
        told, _ = first.communicate(timeout=_SECONDS)
    assert told == f"{run_id} FINISHED 20 {{'shouts/mean': 1.0}}\n"
    assert second.output.endswith("FINISHED 20 {'shouts/mean': 1.0}\n")
    assert run_id not in second.output
    assert f"The evaluation 'answer' is under way in process {first.pid} as {run_id}" in second.log
    assert server.answered == Counter(QUESTIONS * 2)
    assert list(tmp_path.glob("store.db-evaluating/*")) == []


def _kept(url: str, count: int) -> str:
    """The id of the only run, once so many of its rows are kept."""
    pause = threading.Event()
    store = open_store(url)
    (run,) = store.evaluations.find_runs(RunQuery())
    while len(store.evaluations.rows(run.run_id)) < count:
        pause.wait(0.01)
    store.close()
    return run.run_id
