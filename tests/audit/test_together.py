"""Threads and processes that change records at once, and those that are killed meanwhile, leave one whole chain."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from tests.audit.logs import Log, tag

from verspan.audit.model import AuditQuery
from verspan.store.conformance.records import model
from verspan.store.opening import open_store
from verspan.versions.identity import model_id_for

THREADS, EACH = 50, 2
CHANGER = """
import sys, threading
from contextlib import closing
from itertools import count
from verspan.deployments.ledger import deploy_version
from verspan.store.conformance.records import call, model, stamp
from verspan.store.opening import open_store

url, threads, each, process = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]

def change(thread):
    for number in range(each) if each else count():
        kept = store.upsert_model(model(f"v{(thread + number) % 3}"))
        store.models.set_tags(kept.model_id, {f"{process}-{thread}-{number}": "here"})
        if not each:
            deploy_version(store.deployments, kept.model_id, f"environment {thread}")
            store.write_spans([call(number, trace=thread + 1, **stamp(kept.name))])
            sys.stdout.write("changed\\n")
            sys.stdout.flush()

with closing(open_store(url)) as store:
    started = [threading.Thread(target=change, args=(thread,)) for thread in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
"""


def changing(path: Path, threads: int, each: int, process: int = 0) -> subprocess.Popen[str]:
    """A process that changes records; without end where ``each`` is 0, and then it says so every time."""
    command = [sys.executable, "-c", CHANGER, f"sqlite:///{path}", str(threads), str(each), str(process)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_at_once(log: Log) -> None:
    """Two processes of fifty threads each that tag the same versions lose no tag, and add every entry to one chain."""
    processes = [changing(log.path, THREADS, EACH, number) for number in range(2)]
    assert [process.communicate()[0] for process in processes] == ["", ""]
    assert [process.returncode for process in processes] == [0, 0]
    found = [log.store.get_model(model_id_for("support", f"v{number}")) for number in range(3)]
    tags = [name for kept in found if kept for name in kept.tags]
    assert len(tags) == len(set(tags)) == 2 * THREADS * EACH
    entries = log.store.audit.find(AuditQuery(), 10_000)
    actions = Counter(entry.action for entry in entries)
    assert actions == {"model.register": 3, "model.tag": 2 * THREADS * EACH}
    assert (log.verify().ok, log.verify().entries) == (True, len(entries))


@pytest.mark.parametrize("changed", [1, 8, 30])
def test_killed(log: Log, changed: int) -> None:
    """A process that is killed in the middle of writing leaves a whole chain, and others add to it."""
    with changing(log.path, threads=4, each=0) as process:
        assert process.stdout is not None
        for _ in range(changed):
            assert process.stdout.readline() == "changed\n"
        process.send_signal(signal.SIGKILL)
    kept = log.verify()
    assert (kept.ok, kept.entries >= changed) == (True, True)
    with closing(open_store(f"sqlite:///{log.path}")) as store:
        store.upsert_model(model("another"))
    assert log.verify().entries == kept.entries + 1


def test_read_while_written(log: Log) -> None:
    """A log that is being added to is checked as it was at one moment."""
    done = threading.Event()

    def note() -> None:
        for number in range(200):
            log.note(tag(number))
        done.set()

    writer = threading.Thread(target=note)
    writer.start()
    while not done.is_set():
        assert log.verify().ok
    writer.join()
    assert log.verify().entries == 200
