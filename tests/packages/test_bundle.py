"""A package's bytes: the same wherever and whenever the same is packaged."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import verspan
from verspan.packaging.bundle import write_package
from verspan.packaging.model import Package, PackageFile, PackageManifest
from verspan.packaging.sources import collect
from verspan.store.interface import Store

from .conftest import ENTRY_POINT, FILES, GIT, Make, model, write

Fetch = Callable[[Package], Path]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_same_bytes(make: Make, package_file: Fetch, tmp_path: Path) -> None:
    """Packaged from another folder, with other times and with bytecode beside, it is the same to the last byte."""
    first = make(config={"times": 2, "also": [1]})
    second = make({**FILES, "shop/__pycache__/agent.pyc": "x"}, config={"also": [1], "times": 2})
    assert first == second
    assert hashlib.sha256(package_file(first).read_bytes()).hexdigest() == first.digest


def test_known_bytes(tmp_path: Path) -> None:
    """The bytes of a package stay what they are, on every Python and from one release to the next."""
    write(tmp_path, {"shop.py": "def answer(): ...\n"})
    manifest = PackageManifest(model("v1").model_id, "v1", "shop", GIT, "shop:answer", "3.11", ())
    write_package(tmp_path / "package.zip", manifest, collect([tmp_path / "shop.py"]), {"config.json": b"{}"})
    assert (
        hashlib.sha256((tmp_path / "package.zip").read_bytes()).hexdigest()
        == "1509c30d0d45ebb23b1251eafec8548e227458faecd5a8e4440938eb45672553"
    )


def test_manifest(make: Make) -> None:
    """The manifest says whose package it is, what is called, and every file with its hash."""
    made = make(config={"times": 1}, requirements=None)
    files = {f"code/{path}": text for path, text in FILES.items()} | {"config.json": '{\n  "times": 1\n}'}
    assert made.manifest == PackageManifest(
        model_id=model("v1").model_id,
        model_name="v1",
        experiment_name="shop",
        git=GIT,
        entry_point=ENTRY_POINT,
        python=made.manifest.python,
        files=tuple(PackageFile(path, digest(text), len(text)) for path, text in sorted(files.items())),
    )


def test_logged(make: Make, store: Store) -> None:
    """It is an artifact of its version, and another one of the same version leaves the first in the history."""
    first, second = make(config={"times": 1}), make(config={"times": 2})
    [newest, older] = store.artifacts.history(model("v1").model_id)
    assert (newest.digest, older.digest) == (second.digest, first.digest)
    assert (newest.path, newest.media_type) == ("package.zip", "application/vnd.verspan.package+zip")


def test_hidden(make: Make) -> None:
    """What is hidden and what Python has compiled is left out, wherever it stands."""
    hidden = {
        "shop/.env": "KEY=1",
        "shop/.git/config": "",
        "shop/a/.venv/x.py": "",
        "shop/old.pyc": "",
        "shop/a/b.py": "",
    }
    made = make({**FILES, **hidden})
    assert [file.path for file in made.manifest.files] == sorted(f"code/{path}" for path in (*FILES, "shop/a/b.py"))


def test_executable(make: Make, package_file: Fetch, tmp_path: Path) -> None:
    """A file that may be executed may be so where the package is opened, and no other."""
    plain = make()
    script = tmp_path / "run.sh"
    script.write_text("#!/bin/sh\n", encoding="utf-8")
    script.chmod(0o755)
    folder = next(path for path in tmp_path.iterdir() if path.name.startswith("sources"))
    made = verspan.package(model("v1"), entry_point=ENTRY_POINT, code_paths=[folder / "shop", script])
    assert [file.path for file in made.manifest.files if file.executable] == ["code/run.sh"]
    assert not any(file.executable for file in plain.manifest.files)
    with zipfile.ZipFile(package_file(made)) as archive:
        assert archive.getinfo("code/run.sh").external_attr >> 16 == 0o100755


def test_no_code_runs(make: Make, tmp_path: Path) -> None:
    """Packaging imports nothing of what it packages."""
    make({"shop.py": f"open({str(tmp_path / 'ran')!r}, 'w')\ndef answer(): ...\n"}, "shop:answer")
    assert not (tmp_path / "ran").exists()
