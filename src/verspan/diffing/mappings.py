"""The difference of two mappings, and of two installations."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.version import InvalidVersion, Version

from verspan.diffing.model import Changed, DependencyDiff, MappingDiff
from verspan.versions.capture.model import Dependencies

_SHORT = 12  # digits of a lock file's digest


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> MappingDiff:
    """What one mapping has that the other has not, and what both have with another value; in the order of the names."""
    return MappingDiff(
        added={name: after[name] for name in sorted(after) if name not in before},
        removed={name: before[name] for name in sorted(before) if name not in after},
        changed={
            name: Changed(before[name], after[name])
            for name in sorted(before)
            if name in after and before[name] != after[name]
        },
    )


def package_difference(before: Dependencies, after: Dependencies) -> DependencyDiff:
    """The difference of two installations; versions are ordered as Python packages order them."""
    packages = difference(before.packages, after.packages)
    runtime = difference(_runtime(before), _runtime(after)).changed
    directions: dict[int, dict[str, Changed]] = {-1: {}, 0: {}, 1: {}}
    for name, change in packages.changed.items():
        directions[_direction(change)][name] = change
    return DependencyDiff(packages.added, packages.removed, directions[1], directions[-1], directions[0], runtime)


def _runtime(dependencies: Dependencies) -> dict[str, str]:
    lock = dependencies.lock
    return {
        "python": f"{dependencies.implementation} {dependencies.python_version}".strip(),
        "platform": dependencies.platform,
        "lock file": f"{lock.path} {lock.digest[:_SHORT]}" if lock else "",
    }


def _direction(change: Changed) -> int:
    """1 where a version goes up, -1 where it goes down, 0 where neither can be said."""
    try:
        before, after = Version(change.before), Version(change.after)
    except InvalidVersion:
        return 0
    return (after > before) - (after < before)
