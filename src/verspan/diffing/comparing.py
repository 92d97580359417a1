"""The difference of two versions, part by part."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, TypeVar

from verspan.diffing.code import CodeComparison, compare_code
from verspan.diffing.mappings import difference, package_difference
from verspan.diffing.model import Part, Untold, VersionDiff
from verspan.diffing.prompts import compare_prompts
from verspan.diffing.sides import Subject

EVERY_PART: Final = frozenset(Part)

_Thing = TypeVar("_Thing")
_Difference = TypeVar("_Difference")


def compare(
    before: Subject, after: Subject, parts: Collection[Part] = EVERY_PART, repository: Path | None = None
) -> VersionDiff:
    """What changed from one version to another.

    Args:
        before: the first.
        after: the second.
        parts: what to compare.
        repository: a folder in the git repository that both come from.

    Returns:
        The difference; a part that one of the two does not have is None, and what cannot be told is said.
    """

    def of_both(
        part: Part, one: _Thing | None, other: _Thing | None, compared: Callable[[_Thing, _Thing], _Difference]
    ) -> _Difference | None:
        return None if part not in parts or one is None or other is None else compared(one, other)

    code = of_both(Part.CODE, before.code, after.code, lambda one, other: compare_code(one, other, repository))
    code = code or CodeComparison(None)
    untold = [*before.untold, *after.untold, *(Untold(Part.CODE, reason) for reason in code.reasons)]
    return VersionDiff(
        before.side,
        after.side,
        code.diff,
        of_both(Part.PARAMS, before.params, after.params, difference),
        of_both(Part.PROMPTS, before.prompts, after.prompts, compare_prompts),
        of_both(Part.DEPENDENCIES, before.dependencies, after.dependencies, package_difference),
        of_both(Part.ENVIRONMENT, before.environment, after.environment, difference),
        of_both(Part.ENTRY_POINT, before.entry_point, after.entry_point, difference),
        of_both(Part.CALLS, before.calls, after.calls, difference),
        [each for each in dict.fromkeys(untold) if each.part in parts],
    )
