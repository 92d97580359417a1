"""The differences of mappings and of installations."""

from __future__ import annotations

import random

import pytest

from verspan.diffing.mappings import difference, package_difference
from verspan.diffing.model import Changed, DependencyDiff, MappingDiff
from verspan.versions.capture.model import Dependencies, LockFile


def test_mapping() -> None:
    """What came, went and changed, in the order of the names."""
    before = {"temperature": "0.7", "seed": "1", "model": "small"}
    after = {"top_p": "0.9", "temperature": "0.2", "model": "small"}
    assert difference(before, after) == MappingDiff(
        added={"top_p": "0.9"}, removed={"seed": "1"}, changed={"temperature": Changed("0.7", "0.2")}
    )


@pytest.mark.parametrize("seed", range(50))
def test_mapping_both_ways(seed: int) -> None:
    """A mapping does not differ from itself, and the difference the other way round has both sides exchanged."""
    chance = random.Random(seed)  # noqa: S311 - the same mappings in every run
    before, after = ({chance.choice("abcdef"): chance.choice("12") for _ in range(5)} for _ in range(2))
    forward, backward = difference(before, after), difference(after, before)
    assert difference(before, before).same
    assert (forward.added, forward.removed) == (backward.removed, backward.added)
    assert {name: Changed(each.after, each.before) for name, each in forward.changed.items()} == backward.changed
    kept = {name: value for name, value in before.items() if name not in forward.removed}
    assert {**kept, **forward.added, **{name: each.after for name, each in forward.changed.items()}} == after


def test_packages() -> None:
    """Versions are ordered as Python's packages order them, and those that have no order have changed."""
    before = {"a": "1.9", "b": "2.0", "c": "1.0rc1", "d": "main", "e": "1.0", "gone": "1"}
    after = {"a": "1.10", "b": "2.0.dev1", "c": "1.0", "d": "fix", "e": "1.0.0", "new": "1"}
    assert package_difference(Dependencies(packages=before), Dependencies(packages=after)) == DependencyDiff(
        added={"new": "1"},
        removed={"gone": "1"},
        upgraded={"a": Changed("1.9", "1.10"), "c": Changed("1.0rc1", "1.0")},
        downgraded={"b": Changed("2.0", "2.0.dev1")},
        changed={"d": Changed("main", "fix"), "e": Changed("1.0", "1.0.0")},
    )


def test_runtime() -> None:
    """Python, platform and lock file are part of an installation."""
    before = Dependencies("3.12.4", "CPython", "Linux-x86_64", {}, LockFile("uv.lock", b"one"))
    after = Dependencies("3.13.1", "CPython", "Linux-x86_64")
    assert package_difference(before, after).runtime == {
        "python": Changed("CPython 3.12.4", "CPython 3.13.1"),
        "lock file": Changed("uv.lock 7692c3ad3540", ""),
    }
    assert package_difference(before, before).same
