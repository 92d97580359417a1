"""Locks that end with their process, and adoption."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from verspan.spool.sessions import Session, adopt_all, is_alive, session_names

_HOLDER = """
import sys, time
from pathlib import Path
from verspan.spool.sessions import Session
session = Session.begin(Path(sys.argv[1]))
session.new_segment().write_bytes(b"")
print(session.name, flush=True)
sys.stdin.read()
"""


def _holder(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A process that holds a session, and the session's name."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def _kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_adoption(tmp_path: Path) -> None:
    """A session cannot be adopted while its process lives, and can be once it was killed."""
    process, name = _holder(tmp_path)
    alive = (is_alive(tmp_path, name), Session.adopt(tmp_path, name))
    _kill(process)
    dead = is_alive(tmp_path, name)
    adopted = Session.adopt(tmp_path, name)

    assert (alive, dead) == ((True, None), False)
    assert adopted is not None
    assert [path.name for path in adopted.segments()] == [f"{name}.000001.segment"]
    adopted.leave()


def test_adopted_once(tmp_path: Path) -> None:
    """Of many that ask at once, one gets the session."""
    process, name = _holder(tmp_path)
    _kill(process)

    with ThreadPoolExecutor(16) as pool:
        adopted = [one for one in pool.map(lambda _: Session.adopt(tmp_path, name), range(64)) if one is not None]

    assert len(adopted) == 1
    adopted[0].leave()


def test_end(tmp_path: Path) -> None:
    """Ending a session leaves nothing where it has no segment, and its lock's file where it has one."""
    empty, full = Session.begin(tmp_path), Session.begin(tmp_path)
    full.new_segment().touch()
    empty.end()
    full.end()

    assert session_names(tmp_path) == [full.name]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{full.name}.000001.segment", f"{full.name}.lock"]


def test_lock_file_is_gone(tmp_path: Path) -> None:
    """Segments whose lock's file somebody deleted are adopted too."""
    session = Session.begin(tmp_path)
    session.new_segment().touch()
    session.end()
    (tmp_path / f"{session.name}.lock").unlink()

    (adopted,) = adopt_all(tmp_path, (), limit=5)
    adopted.leave()

    assert adopted.name == session.name


def test_limit(tmp_path: Path) -> None:
    """No more are adopted than asked for, the oldest first, and none that is to be left alone."""
    sessions = [Session.begin(tmp_path) for _ in range(4)]
    for session in sessions:
        session.new_segment().touch()
        session.end()
    first, second, third, _ = sorted(session.name for session in sessions)

    adopted = list(adopt_all(tmp_path, {first}, limit=2))
    for session in adopted:
        session.leave()

    assert [session.name for session in adopted] == [second, third]
