"""A package in an environment made from its lock: real uv, real packages, a real server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from verspan.errors import InvalidArgumentError, VerspanError
from verspan.packaging import trust
from verspan.packaging.archive import PackageArchive
from verspan.packaging.bundle import write_package
from verspan.packaging.environment import environment_of
from verspan.packaging.finding import read_package
from verspan.packaging.model import Package, PackageManifest
from verspan.packaging.sources import collect

from .conftest import Make, model, write
from .serving import served

AGENT = """
import importlib.metadata
import importlib.util
import sys

import iniconfig

def answer():
    return [importlib.metadata.version("iniconfig"), importlib.util.find_spec("pytest") is None, sys.prefix]
"""
OLDER = "iniconfig==2.0.0"  # than the one that pytest brings


@pytest.fixture(autouse=True)
def uv_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """What uv has fetched before serves these tests too, whose own cache folder is empty."""
    environment = {name: value for name, value in os.environ.items() if name != "XDG_CACHE_HOME"}
    command = [str(Path(sys.executable).parent / "uv"), "cache", "dir"]
    asked = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    monkeypatch.setenv("UV_CACHE_DIR", asked.stdout.strip())


@pytest.fixture
def packaged(make: Make) -> Package:
    """A package with a lock; the test is skipped where uv reaches no index."""
    try:
        return make({"agent.py": AGENT}, "agent:answer", requirements=[OLDER])
    except VerspanError as error:
        pytest.skip(f"uv reaches no package index from here: {error}")


def test_served(packaged: Package, home: Path, store_file: Path, tmp_path: Path) -> None:
    """It runs with the versions of its lock and with nothing else of this environment; the next start is at once."""
    trust.agree(packaged.digest)
    places = {"VERSPAN_STORE": str(store_file), "PYTHONPATH": os.pathsep.join(sys.path)}
    with served("v1", tmp_path, seconds=300, **places) as running:
        version, alone, prefix = running.call({}).json["predictions"]
        assert running.stop() == 0
    assert (version, alone) == ("2.0.0", True)
    [environment] = (home / "cache" / "verspan" / "environments").iterdir()
    assert Path(prefix) == environment
    assert environment_of(read_package(packaged.manifest.model_id)) == environment / "bin" / "python"
    assert f"in the environment {environment}" in running.log.read_text(encoding="utf-8")


def test_wrong_hash(tmp_path: Path, home: Path) -> None:
    """A lock whose hash is not that of the package on the index installs nothing, and leaves no environment."""
    with pytest.raises(VerspanError, match="uv could not install the lock"):
        environment_of(_package(tmp_path, f"{OLDER} --hash=sha256:{'ab' * 32}\n"))
    assert list((home / "cache" / "verspan" / "environments").iterdir()) == []


def test_foreign_lock(tmp_path: Path) -> None:
    """A lock of a stranger's package that would install from anywhere but the index is refused before uv sees it."""
    lock = f"--find-links https://example.com/wheels\n{OLDER} --hash=sha256:{'ab' * 32}\n"
    with pytest.raises(InvalidArgumentError, match="the lock's line '--find-links"):
        environment_of(_package(tmp_path, lock))


def test_no_lock(make: Make) -> None:
    """A package without a lock says how to have one, and how to serve it without."""
    made = make({"agent.py": AGENT}, "agent:answer")
    with pytest.raises(InvalidArgumentError, match="or serve it in this environment with --no-env-from-lock"):
        environment_of(read_package(made.manifest.model_id))


def _package(folder: Path, lock: str) -> PackageArchive:
    write(folder, {"agent.py": AGENT})
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    manifest = PackageManifest(model("v1").model_id, "v1", "shop", None, "agent:answer", python, ())
    sources = collect([folder / "agent.py"])
    write_package(folder / "package.zip", manifest, sources, {"requirements.txt": lock.encode()})
    return PackageArchive(folder / "package.zip")
