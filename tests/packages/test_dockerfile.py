"""The Dockerfile of a package."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest

from verspan.errors import InvalidArgumentError
from verspan.packaging.archive import PackageArchive
from verspan.packaging.dockerfile import write_dockerfile
from verspan.packaging.finding import read_package
from verspan.packaging.locks import pins

from .conftest import Make, model, write

HASH = "ab" * 32
LOCK = f"""click==8.1.8 \\
    --hash=sha256:{HASH} \\
    --hash=sha256:{HASH}
httpx==0.28.1 ; python_version >= "3.9" --hash=sha256:{HASH}
"""


@pytest.fixture
def archive(make: Make, tmp_path: Path) -> PackageArchive:
    """A package with a lock."""
    (tmp_path / "requirements.txt").write_text(LOCK, encoding="utf-8")
    made = make(config={"times": 1}, requirements=tmp_path / "requirements.txt")
    return read_package(made.manifest.model_id)


def test_written(archive: PackageArchive, tmp_path: Path) -> None:
    """The folder has all that the image is built from, and the image agrees to this package alone."""
    folder = tmp_path / "image"
    paths = write_dockerfile(archive, folder)
    assert {path.name for path in paths} == {path.name for path in folder.iterdir()}
    assert (folder / "package.zip").read_bytes() == archive.path.read_bytes()
    assert (folder / "requirements.txt").read_text() == LOCK
    lines = (folder / "Dockerfile").read_text().splitlines()
    assert lines[:2] == [f"# v1 ({model('v1').model_id}) of shop", f"# Package sha256:{archive.package.digest}"]
    assert f"FROM python:{archive.package.manifest.python}-slim" in lines
    assert "RUN python -m pip install --no-cache-dir --require-hashes -r requirements.txt" in lines
    installed = f'--constraint constraints.txt "verspan[serve,otlp]=={version("verspan")}"'
    assert f"RUN python -m pip install --no-cache-dir {installed}" in lines
    command = json.loads(lines[-1].removeprefix("ENTRYPOINT "))
    assert command[:3] == ["verspan", "serve", "/home/app/package.zip"]
    assert command[-2:] == ["--trust", archive.package.digest]


def test_nothing_else_is_sent(archive: PackageArchive, tmp_path: Path) -> None:
    """What lies beside is not sent to whatever builds the image, and what is copied is."""
    write_dockerfile(archive, tmp_path / "image")
    ignored, *kept = (tmp_path / "image" / ".dockerignore").read_text().splitlines()
    dockerfile = (tmp_path / "image" / "Dockerfile").read_text()
    copied = {name for line in re.findall(r"^COPY (.*) \./$", dockerfile, re.MULTILINE) for name in line.split()}
    assert (ignored, set(kept)) == ("*", {f"!{name}" for name in copied})


def test_constraints(archive: PackageArchive, tmp_path: Path) -> None:
    """The constraints are the lock without its hashes, since what is added has none."""
    write_dockerfile(archive, tmp_path / "image")
    constraints = (tmp_path / "image" / "constraints.txt").read_text()
    assert pins(constraints) == pins(LOCK)
    assert constraints.splitlines() == ["click==8.1.8", 'httpx==0.28.1 ; python_version >= "3.9"']


def test_without_lock(make: Make, tmp_path: Path) -> None:
    """Without a lock Verspan alone is installed."""
    made = make(config={"times": 1})
    write_dockerfile(read_package(made.manifest.model_id), tmp_path / "image")
    text = (tmp_path / "image" / "Dockerfile").read_text()
    assert "requirements.txt" not in text
    assert text.count("COPY package.zip ./") == 1


def test_not_overwritten(archive: PackageArchive, tmp_path: Path) -> None:
    """A file that is there stays, unless somebody says otherwise."""
    folder = write(tmp_path / "image", {"Dockerfile": "mine"})
    with pytest.raises(
        InvalidArgumentError, match="Dockerfile would be overwritten: give another folder, or --overwrite"
    ):
        write_dockerfile(archive, folder)
    assert [path.name for path in folder.iterdir()] == ["Dockerfile"]
    write_dockerfile(archive, folder, overwrite=True)
    assert (folder / "Dockerfile").read_text() != "mine"
