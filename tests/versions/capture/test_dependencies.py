"""Packages are those that are installed, and the lock file is the nearest."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import sys
from pathlib import Path

import pytest

from verspan.versions.capture.dependencies import read_dependencies
from verspan.versions.capture.model import Dependencies, LockFile


def test_packages(tmp_path: Path) -> None:
    """They are the ones that the standard library finds, by normalised name."""
    expected: dict[str, str] = {}
    for each in importlib.metadata.distributions():
        expected.setdefault(re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower(), each.version)
    found = read_dependencies(tmp_path, None)
    assert dict(found.packages) == expected
    assert list(found.packages) == sorted(expected)
    assert (found.python_version, found.implementation) == (platform.python_version(), "CPython")


def test_first_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a package that is there twice the one that is imported counts; an archive and an absent place have none."""
    for place, name in (("a", "Tea_Pot-1.0.dist-info"), ("b", "tea.pot-2.0.dist-info"), ("b", "cup-3-py3.11.egg-info")):
        (tmp_path / place / name).mkdir(parents=True)
    (tmp_path / "archive.zip").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path / name) for name in ("archive.zip", "absent", "a", "b")])
    assert dict(read_dependencies(tmp_path, None).packages) == {"cup": "3", "tea-pot": "1.0"}


@pytest.mark.parametrize(
    ("files", "nearest"),
    [
        (["uv.lock"], "uv.lock"),
        (["uv.lock", "src/requirements.txt"], "src/requirements.txt"),
        (["src/requirements-dev.txt", "src/requirements.txt"], "src/requirements.txt"),
        (["src/pylock.dev.toml", "src/poetry.lock"], "src/poetry.lock"),
        (["src/requirements-dev.txt", "src/pylock.dev.toml"], "src/pylock.dev.toml"),
        (["Pipfile.lock"], "Pipfile.lock"),
        ([], None),
    ],
)
def test_lock(files: list[str], nearest: str | None, tmp_path: Path) -> None:
    """The lock file is the nearest upward, the one that says most where several are, and none above the root."""
    root = tmp_path / "root"
    (root / "src" / "app").mkdir(parents=True)
    (tmp_path / "uv.lock").write_text("not ours")
    for name in files:
        (root / name).write_text(name)
    lock = read_dependencies(root / "src" / "app", root).lock
    assert lock == (None if nearest is None else LockFile(nearest, nearest.encode()))


def test_fingerprint() -> None:
    """Packages and Python's second number tell two apart; a patch release of Python, platform and lock do not."""
    base = Dependencies("3.12.4", "CPython", "Linux-x86_64", {"openai": "3.54"})
    same = Dependencies("3.12.9", "CPython", "Darwin-arm64", {"openai": "3.54"}, LockFile("uv.lock", b""))
    others = [
        Dependencies("3.13.0", "CPython", "Linux-x86_64", {"openai": "3.54"}),
        Dependencies("3.12.4", "PyPy", "Linux-x86_64", {"openai": "3.54"}),
        Dependencies("3.12.4", "CPython", "Linux-x86_64", {"openai": "3.55"}),
    ]
    assert same.fingerprint == base.fingerprint
    assert len({each.fingerprint for each in (base, *others)}) == 4
