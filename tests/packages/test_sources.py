"""Which code goes into a package, and which is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from verspan.errors import InvalidArgumentError
from verspan.packaging.manifest import checked_entry_point
from verspan.packaging.sources import check_entry_point, collect

from .conftest import write


@pytest.fixture
def code(tmp_path: Path) -> Path:
    return write(tmp_path / "src", {"app/__init__.py": "", "app/agent.py": "x = 1\n", "tool.py": "def use(): ...\n"})


def test_own_names(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file and a folder stand under their own names, however it was written; links within a code path are files."""
    (code / "app" / "link.py").symlink_to(code / "app" / "agent.py")
    monkeypatch.chdir(code)
    files = collect(["./app/", Path("tool.py")])
    assert [file.path for file in files] == [
        "code/app/__init__.py",
        "code/app/agent.py",
        "code/app/link.py",
        "code/tool.py",
    ]


def test_missing(code: Path) -> None:
    """A code path that is not there is named."""
    with pytest.raises(InvalidArgumentError, match="nowhere' is not there"):
        collect([code / "app", code / "nowhere"])


def test_links_out(code: Path, tmp_path: Path) -> None:
    """A link that leads out of its code path, and one to a folder, is refused by name."""
    (tmp_path / "secret").write_text("mine", encoding="utf-8")
    (code / "app" / "leak").symlink_to(tmp_path / "secret")
    with pytest.raises(InvalidArgumentError, match="leak' is a link out of its code path"):
        collect([code / "app"])
    (code / "app" / "leak").unlink()
    (code / "app" / "folder").symlink_to(tmp_path)
    with pytest.raises(InvalidArgumentError, match="folder' is a link to a folder"):
        collect([code / "app"])


def test_no_file(code: Path) -> None:
    """A pipe would be read for ever, and is refused."""
    os.mkfifo(code / "app" / "pipe")
    with pytest.raises(InvalidArgumentError, match="pipe' is no regular file"):
        collect([code / "app"])


def test_dangling(code: Path) -> None:
    """A link to a file that is not there is refused with the reason."""
    (code / "app" / "gone").symlink_to(code / "app" / "nothing")
    with pytest.raises(InvalidArgumentError, match="gone' cannot be packaged: No such file"):
        collect([code / "app"])


def test_one_name_twice(code: Path, tmp_path: Path) -> None:
    """Two code paths of one name, and two files that differ by case alone, are refused."""
    other = write(tmp_path / "other", {"tool.py": "", "app/AGENT.py": ""})
    with pytest.raises(InvalidArgumentError, match=r"'code/tool.py' stands there twice"):
        collect([code / "tool.py", other / "tool.py"])
    with pytest.raises(InvalidArgumentError, match="are one file where case is not told apart"):
        collect([code / "app", other / "app"])


@pytest.mark.parametrize(
    "text", ["app.agent", "app/agent.py:answer", ":answer", "app:", "app:a b", "1a:b", "../x:y", 3]
)
def test_no_entry_point(text: object) -> None:
    """What is not of the form of an entry point is refused with an example."""
    with pytest.raises(InvalidArgumentError, match=r"is not of the form 'module:attribute'"):
        checked_entry_point(text)


@pytest.mark.parametrize(
    ("entry_point", "said"),
    [
        ("app.missing:x", r"the code has no module 'app.missing'. It has app, tool.py"),
        ("agent:x", "a code path stands under its own name"),
        ("app.agent:y", r"agent.py says nothing of 'y'"),
    ],
)
def test_entry_point_elsewhere(code: Path, entry_point: str, said: str) -> None:
    """An entry point that the code does not have is refused with what there is."""
    files = collect([code / "app", code / "tool.py"])
    check_entry_point("app.agent:x", files)
    check_entry_point("tool:use.anything", files)
    with pytest.raises(InvalidArgumentError, match=said):
        check_entry_point(entry_point, files)


def test_no_python(code: Path) -> None:
    """A module that is no Python is refused before it is packaged."""
    (code / "tool.py").write_text("def use(:", encoding="utf-8")
    with pytest.raises(InvalidArgumentError, match=r"tool.py cannot be read as Python"):
        check_entry_point("tool:use", collect([code / "tool.py"]))
