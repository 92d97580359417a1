"""Locks: taken as they are, resolved by uv, and refused where they are none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from verspan.errors import InvalidArgumentError, MissingPackageError, VerspanError
from verspan.packaging.locks import check_lock, locked, pins

from .conftest import write

HASH = "ab" * 32
LOCK = f"""# made by somebody
iniconfig==2.0.0 \\
    --hash=sha256:{HASH} \\
    --hash=sha256:{HASH}
Typing_Extensions==4.12.0 ; python_version < "3.11" --hash=sha256:{HASH}
typing-extensions==4.13.0 ; python_version >= "3.11" --hash=sha256:{HASH}
"""
UV_LOCK = """version = 1
requires-python = ">=3.10"

[[package]]
name = "iniconfig"
version = "2.0.0"
source = { KIND = "https://example.com/packages" }
sdist = { url = "https://files.example.com/iniconfig-2.0.0.tar.gz", hash = "sha256:HASH", size = 1 }

[[package]]
name = "shop"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "iniconfig" }]

[package.metadata]
requires-dist = [{ name = "iniconfig" }]
""".replace("HASH", HASH).replace("KIND", "registry")  # of no index that there is
PROJECT = """[project]
name = "shop"
version = "0.1.0"
requires-python = ">=3.10"
dependencies = ["iniconfig"]
"""


@pytest.fixture(scope="module")
def index() -> None:
    """The package index, for tests that resolve; skipped where it cannot be reached."""
    command = [str(Path(sys.executable).parent / "uv"), "pip", "compile", "--quiet", "-"]
    done = subprocess.run(command, input="iniconfig", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("uv reaches no package index from here")


def test_lock_as_it_is(tmp_path: Path) -> None:
    """A file whose every line has a hash is taken as it is, but for blanks at the ends of lines."""
    write(tmp_path, {"requirements.txt": LOCK.replace("\n", "  \n").replace("\\  \n", "\\\n") + "\n\n"})
    assert locked(tmp_path / "requirements.txt") == LOCK
    assert pins(LOCK) == {"iniconfig": ["2.0.0"], "typing-extensions": ["4.12.0", "4.13.0"]}


@pytest.mark.parametrize(
    "line",
    [
        "iniconfig==2.0.0",
        f"iniconfig>=2 --hash=sha256:{HASH}",
        f"iniconfig==2.* --hash=sha256:{HASH}",
        f"-e /home/me/shop --hash=sha256:{HASH}",
        f"./wheels/shop.whl --hash=sha256:{HASH}",
        f"--find-links https://user:secret@example.com iniconfig==2 --hash=sha256:{HASH}",
    ],
)
def test_no_lock(line: str) -> None:
    """A line that is not one version of one package from the index, with its hashes, is quoted."""
    check_lock(LOCK)
    with pytest.raises(InvalidArgumentError, match=r"is no package with == and --hash: make one with `uv pip compile"):
        check_lock(LOCK + line)


def test_uv_lock(tmp_path: Path) -> None:
    """A `uv.lock` is read without asking the index, and the project itself is left out."""
    write(tmp_path, {"uv.lock": UV_LOCK, "pyproject.toml": PROJECT})
    assert locked(tmp_path / "uv.lock") == f"iniconfig==2.0.0 \\\n    --hash=sha256:{HASH}\n"


def test_resolved(index: None, tmp_path: Path) -> None:
    """Requirements one by one, and a file of them, are resolved to the same lock."""
    write(tmp_path, {"base.in": "iniconfig==2.0.0\n", "requirements.in": "-r base.in\n"})
    lock = locked(["iniconfig==2.0.0"])
    assert pins(lock) == {"iniconfig": ["2.0.0"]}
    assert locked(tmp_path / "requirements.in") == lock
    check_lock(lock)


def test_unresolvable(index: None) -> None:
    """What cannot be resolved is refused with what uv says."""
    with pytest.raises(
        VerspanError, match=r"uv could not resolve the requirements: .*\n.*iniconfig==2.0.0 and iniconfig==1.0.0"
    ):
        locked(["iniconfig==2.0.0", "iniconfig==1.0.0"])


def test_unreadable(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(InvalidArgumentError, match=r"nothing.txt' cannot be read"):
        locked(tmp_path / "nothing.txt")


def test_without_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without uv the message says how to have it."""
    monkeypatch.setattr(shutil, "which", lambda *_args, **_options: None)
    with pytest.raises(MissingPackageError, match="pip install uv"):
        locked(["iniconfig"])
