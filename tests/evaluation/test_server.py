"""Evaluating against a real server: one that refuses half of the calls, and one whose client is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from tests.evaluation.conftest import Judge, rows
from tests.evaluation.serving import SECONDS, Model
from tests.processes import clean_environment, run_program

from verspan.evaluation.model import RunStatus
from verspan.evaluation.records import RunQuery
from verspan.evaluation.running import evaluate
from verspan.store.interface import Store
from verspan.store.opening import open_store

QUESTIONS = [f"q{number}" for number in range(20)]


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
        assert server.held.wait(SECONDS)
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
        assert server.held.wait(SECONDS)
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
        assert server.held.wait(SECONDS)
        run_id = _kept(f"sqlite:///{place}", 7)
        server.holding = None
        second = run_program(PROGRAM.replace("sys.argv[1]", repr(server.url)), tmp_path, VERSPAN_STORE=str(place))
        server.answering = True
        server.released.set()
        told, _ = first.communicate(timeout=SECONDS)
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
