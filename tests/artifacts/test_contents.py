"""Contents, streamed and checked."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from verspan.artifacts.contents import Content, keep
from verspan.artifacts.local_root import LocalRoot
from verspan.artifacts.progress import Meter
from verspan.errors import InvalidArgumentError

from .conftest import contents

LARGE = 64 * 2**20


def test_changed_meanwhile(tmp_path: Path) -> None:
    """A content that is another when it is read again is not kept under the hash of what it was."""
    states: Iterator[BinaryIO] = iter((io.BytesIO(b"before"), io.BytesIO(b"after!")))
    with pytest.raises(InvalidArgumentError, match="notes was changed while it was read"):
        keep(LocalRoot(tmp_path, None), Content("notes", lambda: next(states)), Meter("", 1, 0))
    assert contents(tmp_path) == {}


def test_constant_memory(tmp_path: Path) -> None:
    """A file is kept without ever being held in memory."""
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(LARGE)
    tracemalloc.start()
    try:
        kept = keep(LocalRoot(tmp_path / "root", None), Content("large", lambda: large.open("rb")), Meter("", 1, 0))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept.size == LARGE
    assert peak < LARGE / 8
