"""Records from strangers: nothing is written outside the folder, into git's own, or by way of a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.recreating.histories import snapshot
from tests.recreating.test_histories import record

from verspan.errors import InvalidArgumentError, NotFoundError, VerspanError
from verspan.recreating.api import checkout_from
from verspan.recreating.paths import checked_path
from verspan.store.interface import Store
from verspan.versions.capture.model import Capture, CodeState, FileMode, FileState

LINK, FILE = FileMode.SYMLINK, FileMode.REGULAR


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "..", "../a", "a/../../b", "/etc/passwd", "a//b", "a/", "./a", "a/./b", "a\0b"),
        *(".git/hooks/post-checkout", "lib/.git/config", ".GIT/config", ".git\u200c/config", "git~1/config"),
        *(".git./config", ".git /config", ".git::$INDEX_ALLOCATION/config", "a" * 5000),
    ],
)
def test_refused_paths(path: str) -> None:
    """A path that leads out of the folder or into git's own is refused, in whatever way it is written."""
    with pytest.raises(InvalidArgumentError, match="leads out of the folder or into git's own"):
        checked_path(path)


@pytest.mark.parametrize("path", ["a", ".gitignore", "..a", "a..", "git", "caf\udce9", "line\nfeed", "a\\b", "-rf"])
def test_fine_paths(path: str) -> None:
    """Unusual names are names."""
    assert checked_path(path) == path


@pytest.mark.parametrize(
    ("files", "written"),
    [
        ([FileState("../out.txt", FILE, b"x")], set()),
        ([FileState(".git/hooks/post-checkout", FILE, b"x")], set()),
        ([FileState("a", LINK, b"../outside"), FileState("a/out.txt", FILE, b"x")], {"a/out.txt"}),
        ([FileState("a", LINK, b"../outside"), FileState("a/b", LINK, b"/etc")], {"a"}),
        ([FileState("a", LINK, b"../outside"), FileState("A", LINK, b".")], {"a", "A"}),
        ([FileState("a", FILE, b"1"), FileState("a", FILE, b"2")], {"a"}),
        ([FileState("a", FILE, b"1"), FileState("a/b", FILE, b"2")], {"a"}),
        ([FileState(".verspan", LINK, b"../outside")], {".verspan"}),
    ],
    ids=["out", "git", "through a link", "link in a link", "links", "twice", "file as folder", "verspan's folder"],
)
def test_hostile_files(files: list[FileState], written: set[str], tmp_path: Path, store: Store) -> None:
    """What a record would write elsewhere is not written and is named; the rest is."""
    (tmp_path / "outside").mkdir()
    record(store, "v", Capture(CodeState(None, files=files)))
    made = checkout_from(store, "v", tmp_path / "made")
    there = {each for each in snapshot(tmp_path / "made") if not each.startswith(".verspan/")}
    links = {".verspan"} if (tmp_path / "made" / ".verspan").is_symlink() else set()
    assert there | links == written
    assert list((tmp_path / "outside").iterdir()) == []
    assert not (tmp_path / "out.txt").exists()
    assert made.exact is (len(files) == len(written))


def test_hostile_commit(tmp_path: Path, store: Store) -> None:
    """A commit that is no hash is no argument of git's."""
    record(store, "v", Capture(CodeState("--upload-pack=touch /tmp/x")))
    with pytest.raises(NotFoundError, match="no hash of a commit"):
        checkout_from(store, "v", tmp_path / "made")


@pytest.mark.parametrize("remote", ["ext::sh -c touch% owned", "--upload-pack=touch owned", "-u./x"])
def test_hostile_remote(remote: str, tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A remote that would run a command runs none, whatever git's settings allow."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "protocol.ext.allow")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "always")
    record(store, "v", Capture(CodeState("a" * 40, remote_url=remote)))
    with pytest.raises(VerspanError, match="no repository here has the commit"):
        checkout_from(store, "v", tmp_path / "made")
    assert not (tmp_path / "made" / "owned").exists()


def test_hooks_and_filters(tmp_path: Path, repository: Path, store: Store) -> None:
    """Neither hooks nor filters of the repository run."""
    from verspan.versions.capture.code import read_code

    record(store, "v", Capture(read_code(repository, 1000)))
    for name in ("post-checkout", "post-index-change"):
        hook = repository / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        hook.chmod(0o755)
    config = repository / ".git" / "config"
    config.write_text(config.read_text() + f'[filter "x"]\n\tsmudge = touch {tmp_path}/ran\n')
    (repository / ".git" / "info" / "attributes").write_text("* filter=x\n")
    assert checkout_from(store, "v", tmp_path / "made", repository=repository).exact
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("there", ["file", "folder", "link"])
def test_occupied(there: str, tmp_path: Path, repository: Path, store: Store) -> None:
    """A place where something is is refused and left as it is."""
    from verspan.versions.capture.code import read_code

    record(store, "v", Capture(read_code(repository, 1000)))
    place = tmp_path / "made"
    if there == "file":
        place.touch()
    elif there == "folder":
        (place / "inner").mkdir(parents=True)
    else:
        place.symlink_to(tmp_path / "nowhere")
    with pytest.raises(InvalidArgumentError, match="not an empty folder"):
        checkout_from(store, "v", place, repository=repository)
    assert os.path.lexists(place)
