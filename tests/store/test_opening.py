"""Stores are found, checked and made; what is not a store is refused and left alone."""

from __future__ import annotations

import hashlib
import itertools
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from verspan.errors import (
    InvalidArgumentError,
    StoreCorruptError,
    StoreError,
    StoreTooNewError,
    StoreUnavailableError,
)
from verspan.store.conformance.records import span
from verspan.store.interface import WriteResult
from verspan.store.opening import open_store

PROCESSES = 40  # 200 take a slow machine twenty seconds
FORK = multiprocessing.get_context("fork")


def names_in(folder: Path) -> list[str]:
    """The names of what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_made(place: Path, url: str) -> None:
    """A store is made with the folders to it, and its folder keeps itself out of git."""
    with closing(open_store(url)) as store:
        assert store.location == str(place)
        assert (place.parent / ".gitignore").read_text() == "*\n"
    assert names_in(place.parent) == [".gitignore", "verspan.db"]


def test_other_folder(tmp_path: Path) -> None:
    """A folder of another name is not kept out of git: it is not ours alone."""
    open_store(f"sqlite:///{tmp_path / 'traces.db'}").close()
    assert names_in(tmp_path) == ["traces.db"]


def test_own_gitignore(place: Path, url: str) -> None:
    """A `.gitignore` that stands in the folder already is left as it is."""
    place.parent.mkdir()
    (place.parent / ".gitignore").write_text("mine\n")
    open_store(url).close()
    assert (place.parent / ".gitignore").read_text() == "mine\n"


def test_found_again(url: str) -> None:
    """What was stored is there when the store is opened again, also by those who may not make one."""
    with closing(open_store(url)) as store:
        store.write_spans([span()])
    with closing(open_store(url, create=False)) as store:
        assert store.write_spans([span()]) == WriteResult(written=0, duplicates=1)


def test_missing(place: Path, url: str) -> None:
    """Where none is to be made, a missing store is said to be missing, and no file appears."""
    with pytest.raises(StoreUnavailableError, match=r"there is no store at .*verspan\.db yet"):
        open_store(url, create=False)
    assert not place.parent.exists()


@pytest.mark.parametrize("url", ["postgresql://host/db", "sqlite:///", "verspan.db", ""])
def test_unknown_url(url: str) -> None:
    """A URL of another kind of store is refused, with the kind there is."""
    with pytest.raises(InvalidArgumentError, match="sqlite:///"):
        open_store(url)


def text_file(path: Path) -> None:
    path.write_text("notes\n" * 100)


def empty_file(path: Path) -> None:
    path.touch()


def other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE schema_version (version INTEGER)")


def truncated_store(path: Path) -> None:
    open_store(f"sqlite:///{path}").close()
    os.truncate(path, path.stat().st_size // 2)


def header_alone(path: Path) -> None:
    open_store(f"sqlite:///{path}").close()
    os.truncate(path, 100)


def scrambled_store(path: Path) -> None:
    open_store(f"sqlite:///{path}").close()
    content = path.read_bytes()
    path.write_bytes(content[:100] + os.urandom(len(content) - 100))


@pytest.mark.parametrize(
    "make", [text_file, empty_file, other_database, truncated_store, header_alone, scrambled_store]
)
@pytest.mark.parametrize("create", [True, False])
def test_not_a_store(make: Callable[[Path], None], place: Path, url: str, *, create: bool) -> None:
    """A file that is not a readable store is named as one, with the way out, and not a byte of it changes."""
    place.parent.mkdir()
    make(place)
    before = hashlib.sha256(place.read_bytes()).digest()
    with pytest.raises(StoreCorruptError, match=r"verspan\.db is not a readable store: .* VERSPAN_STORE"):
        open_store(url, create=create)
    assert hashlib.sha256(place.read_bytes()).digest() == before


def test_folder_in_place(place: Path, url: str) -> None:
    """A folder where the file should be is said to be in the way."""
    place.mkdir(parents=True)
    with pytest.raises(StoreUnavailableError, match="there can be no store at"):
        open_store(url)


def test_file_in_path(tmp_path: Path) -> None:
    """A file where a folder should be is said to be in the way."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailableError, match=r"there can be no store at .*VERSPAN_STORE"):
        open_store(f"sqlite:///{tmp_path / 'file' / '.verspan' / 'verspan.db'}")


def test_newer_schema(place: Path, url: str) -> None:
    """A store of a newer Verspan is refused with the way out."""
    open_store(url).close()
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("INSERT INTO schema_version VALUES (99, 0)")
    with pytest.raises(StoreTooNewError, match=r"schema version 99, .* upgrade"):
        open_store(url)


def as_nobody(action: Callable[[], str]) -> str:
    """What an action answers when it is run by a user who may write nowhere here."""
    parent, child = FORK.Pipe(duplex=False)

    def run() -> None:
        os.setgid(65534)
        os.setuid(65534)
        child.send(action())

    process = FORK.Process(target=run)
    process.start()
    child.close()
    answer: str = parent.recv()
    process.join()
    parent.close()
    return answer


def failure(url: str) -> str:
    """How opening and writing fails."""
    try:
        with closing(open_store(url)) as store:
            store.write_spans([span()])
    except StoreError as error:
        return f"{type(error).__name__}: {error}"
    return "written"


def let_in(place: Path) -> None:
    """Open the folders to a place to everybody; pytest makes them for its own user alone."""
    for folder in itertools.takewhile(lambda folder: folder != Path(tempfile.gettempdir()), place.parents[1:]):
        folder.chmod(0o755)


NEEDS_ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to become somebody else"
)


@NEEDS_ROOT
def test_closed_folder(place: Path, url: str) -> None:
    """A place in a folder that may not even be entered is said to be one that cannot be used."""
    let_in(place)
    place.parents[1].chmod(0o700)
    answer = as_nobody(lambda: failure(url))
    assert answer.startswith("StoreUnavailableError: ")
    assert "VERSPAN_STORE" in answer


@NEEDS_ROOT
@pytest.mark.parametrize("exists", [True, False])
def test_unwritable(place: Path, url: str, *, exists: bool) -> None:
    """A place that may not be written is said to be one, with the way out, whether or not a store is there."""
    let_in(place)
    if exists:
        open_store(url).close()
    answer = as_nobody(lambda: failure(url))
    assert answer.startswith("StoreUnavailableError: ")
    assert str(place) in answer
    assert "VERSPAN_STORE" in answer


def open_and_write(url: str, number: int) -> None:
    with closing(open_store(url)) as store:
        store.write_spans([span(number, trace=number)])


def count_traces(url: str) -> int:
    with closing(open_store(url, create=False)) as store:
        return len(store.match_trace_ids("", limit=1000))


def test_many_processes_at_once(place: Path, url: str) -> None:
    """Processes that open at once a store which is not there yet get the same one, and each stores its span."""
    processes = [FORK.Process(target=open_and_write, args=(url, number)) for number in range(1, PROCESSES + 1)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    assert count_traces(url) == PROCESSES
    assert names_in(place.parent) == [".gitignore", "verspan.db"]


def test_opened_twice_in_a_process(url: str) -> None:
    """A process that opens its store a second time keeps its locks: another that closes the store leaves it its log."""
    writing = "import sys; from tests.store.test_opening import open_and_write; open_and_write(sys.argv[1], 2)"
    with closing(open_store(url)) as store, closing(open_store(url)):
        store.write_spans([span(1, trace=1)])
        # Not forked: a fork closes the connections that this is about.
        subprocess.run([sys.executable, "-c", writing, url], check=True)
        store.write_spans([span(3, trace=3)])
        counting = "import sys; from tests.store.test_opening import count_traces; print(count_traces(sys.argv[1]))"
        counted = subprocess.run([sys.executable, "-c", counting, url], check=True, capture_output=True)
    assert counted.stdout == b"3\n"


def test_import_is_light() -> None:
    """Importing what opens stores loads no SQLAlchemy: that waits until one is opened."""
    code = "import sys, verspan.store.opening; sys.exit('sqlalchemy' in sys.modules or 'genai_prices' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
