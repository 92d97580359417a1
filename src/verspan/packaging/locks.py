"""The lock of a package: every dependency in one version, each file of it by its hash."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from verspan.errors import InvalidArgumentError
from verspan.recreating.uv import run_uv

Requirements: TypeAlias = "str | os.PathLike[str] | Sequence[str]"
"""A file of requirements, a ``uv.lock``, or requirements one by one."""

_UV_LOCK: Final = "uv.lock"
_HASH: Final = re.compile(r"--hash[= ](\w+):([0-9a-f]+)")
_PINNED: Final = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?\s*==\s*(?P<version>[\w.!+-]+)(?=[\s;]|$)")
_COMMENT: Final = re.compile(r"(^|\s)#.*")


def locked(requirements: Requirements) -> str:
    """The lock of some requirements, as a file of requirements with hashes.

    A lock is taken as it is. Requirements that are not locked are resolved now, by uv, for every platform and for the
    Python that runs.

    Raises:
        InvalidArgumentError: the file cannot be read, or the lock has what no other machine could install.
        MissingPackageError: uv is needed and not installed.
        VerspanError: uv cannot resolve them.
    """
    if isinstance(requirements, (str, os.PathLike)):
        return _locked_file(Path(requirements))
    return _resolved("-", given="\n".join(requirements))


def pins(lock: str) -> dict[str, list[str]]:
    """The versions that a lock has of each package, by its normalised name; several where platforms differ."""
    found: dict[str, list[str]] = {}
    for line in _lines(lock):
        match = _PINNED.match(line)
        if match:
            found.setdefault(normalised(match["name"]), []).append(match["version"])
    return found


def normalised(name: str) -> str:
    """A package's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def check_lock(lock: str) -> None:
    """Check that every line of a lock is one package in one version with its hashes.

    Raises:
        InvalidArgumentError: a line is not; it is quoted.
    """
    for line in _lines(lock):
        if not _PINNED.match(line) or not _HASH.search(line):
            raise InvalidArgumentError(
                f"the lock's line {line[:80]!r} is no package with == and --hash: make one with"
                " `uv pip compile --generate-hashes requirements.in -o requirements.txt`"
            )


def _locked_file(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgumentError(f"requirements={str(path)!r} cannot be read: {error}") from error
    if path.name == _UV_LOCK:
        return _exported(path)
    if not all(_HASH.search(line) for line in _lines(text)):
        return _resolved(path)
    check_lock(text)
    return _tidy(text)


def _resolved(source: str | Path, given: str | None = None) -> str:
    options = ("--universal", "--generate-hashes", "--no-annotate", "--no-header", "--quiet")
    python = ("--python-version", f"{sys.version_info.major}.{sys.version_info.minor}")
    lock = run_uv("pip", "compile", *options, *python, source, doing="resolve the requirements", given=given)
    check_lock(lock)
    return _tidy(lock)


def _exported(path: Path) -> str:
    options = ("--frozen", "--no-dev", "--no-emit-workspace", "--no-annotate", "--no-header", "--quiet")
    lock = run_uv(
        "export", "--project", path.parent, *options, "--format", "requirements-txt", doing=f"read {path.name}"
    )
    check_lock(lock)
    return _tidy(lock)


def _lines(text: str) -> Iterator[str]:
    """The lines that say something, those that a backslash continues put together."""
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        said = _COMMENT.sub("", line).strip()
        if said:
            yield said


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip() + "\n"
