"""The locks: complete, hashed, resolved from what is written beside them, and silent about where packages came from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "requirements"
MEMBERS = ROOT / "instrumentors"
GROUPS = sorted([*FOLDER.glob("*.in"), *MEMBERS.glob("*/requirements/*.in")])
LOCKS = sorted([*FOLDER.glob("*.txt"), *MEMBERS.glob("*/requirements/*.txt")])
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
OURS = {"verspan", "verspan-local"}


def name_of(path: Path) -> str:
    """A file of requirements without its suffix: a member's begins with the member's folder."""
    return path.stem if path.parent == FOLDER else f"{path.parents[1].name}-{path.stem}"


def locked(lock: Path) -> list[tuple[Requirement, int]]:
    """The pinned requirements of a lock, each with how many hashes it has."""
    text = "\n".join(line for line in lock.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    entries = re.split(r"\n(?=\S)", text.strip())
    return [(Requirement(entry.partition(" \\\n")[0]), entry.count("--hash=sha256:")) for entry in entries]


def versions_on(lock: Path, python: str) -> dict[str, str]:
    """The version of each package that a lock installs on Linux with one version of Python."""
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    return {
        canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==")
        for requirement, _ in locked(lock)
        if requirement.marker is None or requirement.marker.evaluate(environment)
    }


def wanted(text: str) -> list[Requirement]:
    """The requirements of a text with one a line."""
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def core_dependencies() -> list[Requirement]:
    """What the core's own pyproject.toml asks for, other packages of the workspace apart."""
    from importlib.metadata import requires

    found = [Requirement(line) for line in requires("verspan") or []]
    return [
        requirement for requirement in found if "extra" not in str(requirement.marker) and requirement.name not in OURS
    ]


def test_every_group_is_locked() -> None:
    """Each group of requirements that is an environment has its lock, and each lock its group."""
    part_of_others = {"build", "test"}
    assert {name_of(group) for group in GROUPS} - part_of_others == {name_of(lock) for lock in LOCKS}


@pytest.mark.parametrize("lock", LOCKS, ids=name_of)
def test_pins_and_hashes(lock: Path) -> None:
    """Every package of a lock has one exact version and at least one hash."""
    loose = [
        str(requirement)
        for requirement, hashes in locked(lock)
        if not str(requirement.specifier).startswith("==") or not hashes
    ]
    assert loose == []


@pytest.mark.parametrize("path", [*GROUPS, *LOCKS], ids=lambda path: name_of(path) + path.suffix)
def test_no_address(path: Path) -> None:
    """No file of requirements names a host, a folder of one machine or an option that would."""
    assert (
        re.findall(r"\S*(?:://|@ |--index|--extra-index|--find-links|file:)\S*", path.read_text(encoding="utf-8")) == []
    )


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock.stem != "uv"], ids=name_of)
def test_core_is_covered(lock: Path, python: str) -> None:
    """On every supported Python a lock holds each dependency of the core in a version that the core accepts."""
    versions = versions_on(lock, python)
    environment = {"python_version": python}
    unmet = [
        str(requirement)
        for requirement in core_dependencies()
        if (requirement.marker is None or requirement.marker.evaluate(environment))
        and not requirement.specifier.contains(versions.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ]
    assert unmet == []


@pytest.mark.parametrize("lock", LOCKS, ids=name_of)
def test_group_is_met(lock: Path) -> None:
    """A lock answers the requirements written beside it."""
    versions = versions_on(lock, "3.12")
    group = wanted(lock.with_suffix(".in").read_text(encoding="utf-8"))
    assert [
        str(line)
        for line in group
        if not line.specifier.contains(versions.get(canonicalize_name(line.name), "0"), prereleases=True)
    ] == []


@pytest.mark.parametrize("python", PYTHONS)
def test_dev_extends_run(python: str) -> None:
    """Adding what tests need to what the demo needs changes no version of it."""
    run, dev = (versions_on(FOLDER / name, python) for name in ("run.txt", "dev.txt"))
    assert {name: dev.get(name) for name in run} == run
