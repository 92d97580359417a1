"""Threads and processes that note changes at once, and those that are killed meanwhile, leave one whole chain."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from tests.audit.logs import Log, tag

from verspan.audit.model import AuditQuery

THREADS, EACH = 50, 4
NOTER = """
import sys, threading
from contextlib import closing
from pathlib import Path
from verspan.audit.model import Change
from verspan.store.audit import note_change
from verspan.store.database import Database

path, threads, each = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])

def note(thread):
    for number in range(each) if each else iter(int, 1):
        with database.writing() as connection:
            note_change(connection, Change("model.tag", "model", f"m-{thread}", None, {"number": number}))
        if not each:
            sys.stdout.write("noted\\n")
            sys.stdout.flush()

with closing(Database(path, lock_timeout_s=60)) as database:
    started = [threading.Thread(target=note, args=(thread,)) for thread in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
"""


def noting(path: Path, threads: int, each: int) -> subprocess.Popen[str]:
    """A process that notes changes; without end where ``each`` is 0, and then it says so on every one."""
    command = [sys.executable, "-c", NOTER, str(path), str(threads), str(each)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_at_once(log: Log) -> None:
    """Two processes of fifty threads each add every one of their entries to one chain."""
    processes = [noting(log.path, THREADS, EACH) for _ in range(2)]
    assert [process.communicate()[0] for process in processes] == ["", ""]
    assert [process.returncode for process in processes] == [0, 0]
    found = log.verify()
    assert (found.ok, found.entries) == (True, 2 * THREADS * EACH)
    entries = log.store.audit.find(AuditQuery(), 2 * THREADS * EACH)
    pids = Counter(entry.origin.pid for entry in entries if entry.origin)
    assert sorted(pids.values()) == [THREADS * EACH] * 2


def test_killed(log: Log) -> None:
    """A process that is killed in the middle of writing leaves a chain that is whole, and to which others add."""
    for noted in (1, 7, 20):
        with noting(log.path, threads=4, each=0) as process:
            assert process.stdout is not None
            for _ in range(noted):
                assert process.stdout.readline() == "noted\n"
            process.send_signal(signal.SIGKILL)
        assert log.verify().ok
    assert log.verify().entries >= 28


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
