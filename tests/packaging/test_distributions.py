"""What is in the distributions, and what is not."""

from __future__ import annotations

import re
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from .building import ROOT, Distributions

PARTS = sorted([*ROOT.glob("instrumentors/*/pyproject.toml"), *ROOT.glob("exporters/*/pyproject.toml")])
WHEELS = sorted(ROOT.glob("src/wheels/*/pyproject.toml"))
SPLIT = {"verspan", *(f"verspan_{project.parent.name}" for project in WHEELS)}  # all of one import package
PACKAGES = {
    "verspan": ROOT,
    **{f"verspan_{project.parent.name.replace('-', '_')}": project.parent for project in [*PARTS, *WHEELS]},
}
NOT_SHIPPED = {"__pycache__", "conformance"}


def sources(name: str) -> set[str]:
    """The files of an import package as they stand in the tree, without the suites for stores and spools."""
    folder = PACKAGES[name] / "src"
    files = (path for path in (folder / name).rglob("*") if path.is_file() and NOT_SHIPPED.isdisjoint(path.parts))
    return {path.relative_to(folder).as_posix() for path in files}


def files_of(wheel: Path) -> set[str]:
    """What a wheel installs, but what it says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        return {file for file in archive.namelist() if not file.split("/")[0].endswith(".dist-info")}


def metadata_of(wheel: Path) -> Message:
    """What a wheel says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        [path] = [file for file in archive.namelist() if file.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(path).decode())


def test_every_package(distributions: Distributions) -> None:
    """A wheel and a source distribution are built for each package of the workspace, and for nothing else."""
    assert set(distributions.wheels) == set(distributions.sdists) == set(PACKAGES)


@pytest.mark.parametrize("name", sorted(set(PACKAGES) - SPLIT))
def test_wheel_contents(distributions: Distributions, name: str) -> None:
    """A wheel holds its package whole and typed, and no test or other file."""
    files = files_of(distributions.wheels[name])
    assert files == sources(name)
    assert f"{name}/py.typed" in files


def test_split_package(distributions: Distributions) -> None:
    """The wheels of the one package hold it whole together, and no file is in two of them."""
    files = [file for name in SPLIT for file in files_of(distributions.wheels[name])]
    assert sorted(files) == sorted(sources("verspan"))
    assert "verspan/py.typed" in files


@pytest.mark.parametrize("name", PACKAGES)
def test_licensed(distributions: Distributions, name: str) -> None:
    """A wheel has its licence."""
    with zipfile.ZipFile(distributions.wheels[name]) as wheel:
        [licence] = [file for file in wheel.namelist() if file.endswith(".dist-info/licenses/LICENSE")]
        assert wheel.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_core_sdist(distributions: Distributions) -> None:
    """The core's source distribution has its own files and none of another package of the workspace."""
    with tarfile.open(distributions.sdists["verspan"]) as archive:
        tops = {Path(member).parts[1] for member in archive.getnames()}
    assert tops == {"src", "README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "PKG-INFO", ".gitignore"}


def test_one_version(distributions: Distributions) -> None:
    """The packages of the workspace have one version, and ask for one another in exactly that."""
    metadata = [metadata_of(wheel) for wheel in distributions.wheels.values()]
    [version] = {package["Version"] for package in metadata}
    asked = [line.partition(";")[0].strip() for package in metadata for line in package.get_all("Requires-Dist", ())]
    ours = {line for line in asked if re.match(r"verspan(?!\[)", line)}
    assert ours == {f"{name.replace('_', '-')}=={version}" for name in PACKAGES}
