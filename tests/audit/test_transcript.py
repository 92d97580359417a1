"""The log as a file, which Verspan checks, and which a stranger's program checks as well."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.audit.logs import Log

from verspan.audit.log import export_audit_log, verify_audit_log
from verspan.audit.model import AuditQuery, Change
from verspan.errors import InvalidArgumentError, NotFoundError

CHECKER = Path(__file__).parents[2] / "examples" / "check_audit_log.py"
Lines = list[dict[str, Any]]


def swap(lines: Lines) -> None:
    lines[3], lines[4] = lines[4], lines[3]


def cut(lines: Lines) -> None:
    del lines[-1]


def drop(lines: Lines) -> None:
    del lines[5]


def edit(lines: Lines) -> None:
    lines[5]["subject_id"] = "m-0"


def edit_contents(lines: Lines) -> None:
    lines[5]["contents"] = lines[5]["contents"].replace("ada", "eve")


def take_contents(lines: Lines) -> None:
    lines[6] |= {"contents": None, "salt": None, "erased_by": 12}


def repeat(lines: Lines) -> None:
    lines.append(lines[-1])


@pytest.fixture
def exported(ten: Log, tmp_path: Path) -> Path:
    """An exported log of characters that JSON escapes in more than one way, with an erasure."""
    ten.note(
        Change(
            "prompt.register", "prompt", 'Grüße, "日本" \\ / \x7f \u2028 \x01\b\t\n 🦜', None, {"q": 0.1, "n": 2**60}
        )
    )
    ten.store.audit.erase(AuditQuery(subject_id="m-3"), None)
    path = tmp_path / "audit.jsonl"
    assert export_audit_log(path).count == 12
    return path


def changed(path: Path, change: Callable[[Lines], None]) -> None:
    """Change an exported log; line 0 is its head."""
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    change(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    """What the stranger's program says."""
    return subprocess.run([sys.executable, "-I", CHECKER, path], capture_output=True, text=True, check=False)


def test_whole(exported: Path) -> None:
    """An exported log is whole to Verspan and to the example's program, with the same head."""
    found, theirs = verify_audit_log(exported), checked(exported)
    assert (found.ok, found.entries, found.erased) == (True, 12, 1)
    assert theirs.stdout == f"12 entries, each as it was written; the head is {found.head}\n"
    assert theirs.returncode == 0
    assert verify_audit_log(exported, anchors=[str(found.head)]).ok


@pytest.mark.parametrize(
    ("change", "sequence"),
    [(swap, 3), (cut, 12), (drop, 5), (edit, 5), (edit_contents, 5), (take_contents, 12), (repeat, 12)],
)
def test_changed(exported: Path, change: Callable[[Lines], None], sequence: int) -> None:
    """Whatever is changed in the file is found by both, Verspan naming the first bad entry."""
    changed(exported, change)
    problem = verify_audit_log(exported).problem
    assert problem is not None
    assert problem.sequence == sequence
    theirs = checked(exported)
    assert (theirs.returncode, theirs.stdout) == (1, "")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is no audit log"),
        ("[]\n", "line 1: it is no JSON object"),
        ('{"format": "verspan-audit-2", "count": 0, "hash": ""}\n', "is no audit log"),
        ('{"format": "verspan-audit-1", "count": "0", "hash": ""}\n', "is no audit log"),
        ('{"format": "verspan-audit-1", "count": 1, "hash": ""}\nnonsense\n', "line 2: it is no JSON"),
        ('{"format": "verspan-audit-1", "count": 1, "hash": ""}\n{"sequence": "1"}\n', "line 2: action, subject_kind"),
    ],
)
def test_no_log(tmp_path: Path, content: str, message: str) -> None:
    """A file that is no exported log is refused, with the line."""
    path = tmp_path / "audit.jsonl"
    path.write_text(content)
    with pytest.raises(InvalidArgumentError, match=message):
        verify_audit_log(path)


def test_no_hexadecimal_salt(exported: Path) -> None:
    """A salt that is no hexadecimal digits is refused, with the line."""
    changed(exported, lambda lines: lines[2].update(salt="zz"))
    with pytest.raises(InvalidArgumentError, match="line 3: its salt"):
        verify_audit_log(exported)


def test_no_such_file(log: Log, tmp_path: Path) -> None:
    """A file that is not there, and a place where none can be, are named."""
    with pytest.raises(NotFoundError, match=r"nowhere\.jsonl cannot be read"):
        verify_audit_log(tmp_path / "nowhere.jsonl")
    with pytest.raises(InvalidArgumentError, match="cannot be written"):
        export_audit_log(tmp_path / "nowhere" / "audit.jsonl")
