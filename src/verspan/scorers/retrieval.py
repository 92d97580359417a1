"""Whether a retrieval found the documents that it should have found."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verspan.errors import InvalidArgumentError
from verspan.scorers.built_in import OfTrace
from verspan.scorers.model import Answer
from verspan.scorers.steps import retrieved_ids


@dataclass(frozen=True, kw_only=True)
class Retrieval(OfTrace):
    """What the measures of retrieval have in common.

    The expectation names the relevant documents: a list of ids, or a mapping of ids to how relevant each is (above 0).
    The found ones are read from the trace's retrievals by their ids, in their order, each once. A trace without a
    retrieval found nothing; rows without a relevant document are not judged.
    """

    k: int | None = None
    """How many of the found documents count, from the best on; None for all."""
    expectation: str = "relevant_ids"
    """The expectation's name."""

    def __post_init__(self) -> None:
        if self.k is not None and self.k < 1:
            raise InvalidArgumentError(f"k is at least 1, not {self.k}")

    def judge(self, answer: Answer) -> float | None:
        """The measure."""
        relevance = _relevance(answer.expectations.get(self.expectation) or [])
        return self.measure(relevance, retrieved_ids(self.trace_of(answer))[: self.k]) if relevance else None

    @abstractmethod
    def measure(self, relevance: Mapping[str, float], found: Sequence[str]) -> float:
        """The measure of the found documents, at most k.

        Args:
            relevance: how relevant each relevant document is.
            found: ids, best first.
        """


@dataclass(frozen=True, kw_only=True)
class RetrievalRecall(Retrieval):
    """Recall at k: the share of the relevant documents that is among the first k: 0 to 1, higher is better.

    Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, section 8.3.
    """

    name: str = "retrieval_recall"

    def measure(self, relevance: Mapping[str, float], found: Sequence[str]) -> float:
        """The share."""
        return sum(one in relevance for one in found) / len(relevance)


@dataclass(frozen=True, kw_only=True)
class RetrievalPrecision(Retrieval):
    """Precision at k: the relevant documents among the first k, over k: 0 to 1, higher is better.

    Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, sections 8.3 and 8.4. As there, and in
    trec_eval, k is the divisor also where fewer were found; without k it is how many were found, and 0 is the score of
    none.
    """

    name: str = "retrieval_precision"

    def measure(self, relevance: Mapping[str, float], found: Sequence[str]) -> float:
        """The share."""
        divisor = self.k or len(found)
        return sum(one in relevance for one in found) / divisor if divisor else 0.0


@dataclass(frozen=True, kw_only=True)
class RetrievalNDCG(Retrieval):
    """Normalised discounted cumulative gain at k: 0 to 1, higher is better.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002, with the discount of trec_eval
    and of scikit-learn's ``ndcg_score``: the gain of the document at rank i is its relevance (1 where the expectation
    is a list) over log2(i + 1). The sum is divided by that of the relevant documents in the best order.
    """

    name: str = "retrieval_ndcg"

    def measure(self, relevance: Mapping[str, float], found: Sequence[str]) -> float:
        """The gain against the best one."""
        best = sorted(relevance.values(), reverse=True)[: self.k]
        return _gain([relevance.get(one, 0.0) for one in found]) / _gain(best)


def _gain(relevance: Sequence[float]) -> float:
    return math.fsum(one / math.log2(rank + 1) for rank, one in enumerate(relevance, start=1))


def _relevance(stated: Any) -> Mapping[str, float]:
    if isinstance(stated, Mapping):
        _check_relevance(stated)
        return {str(document): float(value) for document, value in stated.items() if value}
    if isinstance(stated, (list, tuple)):
        return {str(document): 1.0 for document in stated}
    raise InvalidArgumentError(f"relevant documents are a list or a mapping of ids, not {stated!r}")


def _check_relevance(stated: Mapping[Any, Any]) -> None:
    for document, value in stated.items():
        if not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise InvalidArgumentError(f"the relevance of document {document!r} is a number from 0 on, not {value!r}")
