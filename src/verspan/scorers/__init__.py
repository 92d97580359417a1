"""Scorers: what judges an answer. Each is loaded when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verspan.scorers.adapters.autoevals import from_autoevals as from_autoevals
    from verspan.scorers.adapters.deepeval import from_deepeval as from_deepeval
    from verspan.scorers.adapters.ragas import from_ragas as from_ragas
    from verspan.scorers.json_matching import JsonDiff as JsonDiff
    from verspan.scorers.json_matching import JsonSchema as JsonSchema
    from verspan.scorers.judges.built_in import Correctness as Correctness
    from verspan.scorers.judges.built_in import Guidelines as Guidelines
    from verspan.scorers.judges.built_in import RelevanceToQuery as RelevanceToQuery
    from verspan.scorers.judges.built_in import RetrievalGroundedness as RetrievalGroundedness
    from verspan.scorers.judges.built_in import Safety as Safety
    from verspan.scorers.judges.custom import make_judge as make_judge
    from verspan.scorers.judges.judge import Judge as Judge
    from verspan.scorers.judges.jury import Jury as Jury
    from verspan.scorers.judges.pairwise import Pairwise as Pairwise
    from verspan.scorers.language import Language as Language
    from verspan.scorers.lengths import Length as Length
    from verspan.scorers.matching import Contains as Contains
    from verspan.scorers.matching import ExactMatch as ExactMatch
    from verspan.scorers.matching import FuzzyMatch as FuzzyMatch
    from verspan.scorers.matching import RegexMatch as RegexMatch
    from verspan.scorers.model import Answer as Answer
    from verspan.scorers.model import Scorer as Scorer
    from verspan.scorers.numeric import NumericTolerance as NumericTolerance
    from verspan.scorers.overlap import TokenF1 as TokenF1
    from verspan.scorers.retrieval import RetrievalNDCG as RetrievalNDCG
    from verspan.scorers.retrieval import RetrievalPrecision as RetrievalPrecision
    from verspan.scorers.retrieval import RetrievalRecall as RetrievalRecall
    from verspan.scorers.spending import Cost as Cost
    from verspan.scorers.spending import Latency as Latency
    from verspan.scorers.spending import Tokens as Tokens
    from verspan.scorers.tool_calls import ToolCalls as ToolCalls
    from verspan.scorers.word_lists import Refusal as Refusal
    from verspan.scorers.word_lists import SafetyWordList as SafetyWordList

_HOMES = {
    "Answer": "model",
    "Contains": "matching",
    "Correctness": "judges.built_in",
    "Cost": "spending",
    "ExactMatch": "matching",
    "FuzzyMatch": "matching",
    "Guidelines": "judges.built_in",
    "JsonDiff": "json_matching",
    "JsonSchema": "json_matching",
    "Judge": "judges.judge",
    "Jury": "judges.jury",
    "Language": "language",
    "Latency": "spending",
    "Length": "lengths",
    "NumericTolerance": "numeric",
    "Pairwise": "judges.pairwise",
    "Refusal": "word_lists",
    "RegexMatch": "matching",
    "RelevanceToQuery": "judges.built_in",
    "RetrievalGroundedness": "judges.built_in",
    "RetrievalNDCG": "retrieval",
    "RetrievalPrecision": "retrieval",
    "RetrievalRecall": "retrieval",
    "Safety": "judges.built_in",
    "SafetyWordList": "word_lists",
    "Scorer": "model",
    "TokenF1": "overlap",
    "Tokens": "spending",
    "ToolCalls": "tool_calls",
    "from_autoevals": "adapters.autoevals",
    "from_deepeval": "adapters.deepeval",
    "from_ragas": "adapters.ragas",
    "make_judge": "judges.custom",
}

__all__ = [
    "Answer",
    "Contains",
    "Correctness",
    "Cost",
    "ExactMatch",
    "FuzzyMatch",
    "Guidelines",
    "JsonDiff",
    "JsonSchema",
    "Judge",
    "Jury",
    "Language",
    "Latency",
    "Length",
    "NumericTolerance",
    "Pairwise",
    "Refusal",
    "RegexMatch",
    "RelevanceToQuery",
    "RetrievalGroundedness",
    "RetrievalNDCG",
    "RetrievalPrecision",
    "RetrievalRecall",
    "Safety",
    "SafetyWordList",
    "Scorer",
    "TokenF1",
    "Tokens",
    "ToolCalls",
    "from_autoevals",
    "from_deepeval",
    "from_ragas",
    "make_judge",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return __all__
