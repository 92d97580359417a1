"""An artifact root in a folder."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.processes import run

from verspan.artifacts.local_root import LocalRoot
from verspan.errors import StoreUnavailableError

from .conftest import contents

HALVES = (b"one half, ", b"the other")
WHOLE = b"".join(HALVES)
DIGEST = hashlib.sha256(WHOLE).hexdigest()

KILLED = """
import os, signal, sys
from pathlib import Path
from verspan.artifacts.local_root import LocalRoot

def halves():
    yield b"x" * 10_000_000
    os.kill(os.getpid(), signal.SIGKILL)

LocalRoot(Path(sys.argv[1]), None).put(sys.argv[2], 20_000_000, halves())
"""


def test_kept(tmp_path: Path) -> None:
    """A content that was put is there, and one of another size is not it."""
    root = LocalRoot(tmp_path / "root", None)
    root.put(DIGEST, len(WHOLE), HALVES)
    with root.open(DIGEST) as file:
        assert file.read() == WHOLE
    assert (root.has(DIGEST, len(WHOLE)), root.has(DIGEST, 1), root.has("0" * 64, 0)) == (True, False, False)
    assert contents(tmp_path / "root") == {f"sha256/{DIGEST[:2]}/{DIGEST[2:]}": WHOLE}


def test_broken_off(tmp_path: Path) -> None:
    """Where the content breaks off nothing is kept, and no half is left."""

    def broken() -> Iterator[bytes]:
        yield HALVES[0]
        raise InterruptedError("no more")

    root = LocalRoot(tmp_path, None)
    with pytest.raises(StoreUnavailableError, match="no more"):
        root.put(DIGEST, len(WHOLE), broken())
    assert contents(tmp_path) == {}


def test_killed(tmp_path: Path) -> None:
    """A process that is killed in the middle leaves no content that only looks whole, and the next one puts it."""
    ended = run(sys.executable, "-c", KILLED, str(tmp_path), DIGEST, folder=tmp_path)
    root = LocalRoot(tmp_path, None)
    assert (ended.code, root.has(DIGEST, len(WHOLE))) == (-signal.SIGKILL, False)
    assert list((tmp_path / "sha256").rglob("*.*")) == []
    root.put(DIGEST, len(WHOLE), HALVES)
    assert root.has(DIGEST, len(WHOLE))


def test_tidied(tmp_path: Path) -> None:
    """What a killed process left a month ago is removed, and what another writes now is not."""
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    for name in ("old", "new"):
        (incoming / name).touch()
    os.utime(incoming / "old", (1, 1))
    LocalRoot(tmp_path, None).put(DIGEST, len(WHOLE), HALVES)
    assert [path.name for path in incoming.iterdir()] == ["new"]


def test_unusable(tmp_path: Path) -> None:
    """A place where no folder can be is named, with the way out."""
    (tmp_path / "file").touch()
    root = LocalRoot(tmp_path / "file", None)
    for attempt in (lambda: root.put(DIGEST, 1, HALVES), lambda: root.has(DIGEST, 1), lambda: root.open(DIGEST)):
        with pytest.raises(StoreUnavailableError, match=r"artifact root .*file cannot be used: .* VERSPAN_ARTIFACTS"):
            attempt()
