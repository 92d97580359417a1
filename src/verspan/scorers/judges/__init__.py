"""Judges: scorers that ask a model. Each is loaded when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verspan.scorers.judges.built_in import Correctness as Correctness
    from verspan.scorers.judges.built_in import Guidelines as Guidelines
    from verspan.scorers.judges.built_in import RelevanceToQuery as RelevanceToQuery
    from verspan.scorers.judges.built_in import RetrievalGroundedness as RetrievalGroundedness
    from verspan.scorers.judges.built_in import Safety as Safety
    from verspan.scorers.judges.custom import make_judge as make_judge
    from verspan.scorers.judges.judge import Judge as Judge
    from verspan.scorers.judges.jury import Jury as Jury
    from verspan.scorers.judges.pairwise import Pairwise as Pairwise

_HOMES = {
    "Correctness": "built_in",
    "Guidelines": "built_in",
    "Judge": "judge",
    "Jury": "jury",
    "Pairwise": "pairwise",
    "RelevanceToQuery": "built_in",
    "RetrievalGroundedness": "built_in",
    "Safety": "built_in",
    "make_judge": "custom",
}

__all__ = [
    "Correctness",
    "Guidelines",
    "Judge",
    "Jury",
    "Pairwise",
    "RelevanceToQuery",
    "RetrievalGroundedness",
    "Safety",
    "make_judge",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return __all__
