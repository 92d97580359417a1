"""Who makes changes, and from where."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from tests.audit.logs import Log, tag
from tests.processes import run_program

from verspan.audit.model import AuditQuery, Origin
from verspan.audit.origin import current_actor, current_origin

_WHERE = "from verspan.audit.origin import current_actor, current_origin; "


def test_noted(log: Log) -> None:
    """An entry says who made the change, on which host, by which program and process, from which folder."""
    log.note(tag(1))
    (entry,) = log.store.audit.find(AuditQuery(), 1)
    assert entry.actor == "ada@example.com"
    assert entry.origin == Origin(socket.gethostname(), Path(sys.argv[0]).name, os.getpid(), str(Path.cwd()), "API")


def test_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where VERSPAN_ACTOR says nothing it is the user of the operating system."""
    monkeypatch.setenv("VERSPAN_ACTOR", " ")
    monkeypatch.setenv("LOGNAME", "grace")
    assert current_actor() in ("grace", "root")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become a user that has no name")
def test_nameless_user(tmp_path: Path) -> None:
    """A user that has a number and no name, as in many containers, is known by it."""
    program = f"{_WHERE}import getpass, os; os.setuid(54321); print(current_actor())"
    variables = dict.fromkeys(("LOGNAME", "USER", "LNAME", "USERNAME"), "")
    done = run_program(program, tmp_path, **variables)
    assert (done.code, done.output) == (0, "uid 54321\n"), done.log


def test_deleted_folder(tmp_path: Path) -> None:
    """A working directory that was deleted is told of as none."""
    program = f"import os; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); {_WHERE}print(current_origin())"
    done = run_program(program, tmp_path)
    assert "working_directory=None, interface='API'" in done.output, done.log


def test_odd_names(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name of any characters is noted and found again."""
    for actor in ('Ada "the first" Lovelace\\', "爱达", "ada\udcff"):
        monkeypatch.setenv("VERSPAN_ACTOR", actor)
        log.note(tag(1))
        assert [entry.actor for entry in log.store.audit.find(AuditQuery(actor=actor), 5)] == [
            actor.replace("\udcff", "?")
        ]
    assert log.verify().ok
    assert current_origin().interface == "API"
