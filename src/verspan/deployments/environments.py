"""What is told of environments, sorted by them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol, TypeVar


class _OfEnvironment(Protocol):
    @property
    def environment(self) -> str: ...


_Told = TypeVar("_Told", bound=_OfEnvironment)


def by_environment(told: Iterable[_Told]) -> dict[str, list[_Told]]:
    """What is told of each environment, in its order."""
    found: defaultdict[str, list[_Told]] = defaultdict(list)
    for each in told:
        found[each.environment].append(each)
    return dict(found)
