"""Several judges as one."""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import orjson

from verspan.assessments.model import AssessmentError, AssessmentSource, AssessmentSourceType, Feedback
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal, ScorerRecord
from verspan.scorers.identity import version_of
from verspan.scorers.judges.judge import Judge
from verspan.scorers.model import Answer


class Decision(str, Enum):
    """How a jury comes to one value."""

    MAJORITY = "majority"
    """What most of them find; where no value has more than any other, the judgement has failed."""
    MEAN = "mean"
    """The mean of what they find, which are booleans or numbers."""


@dataclass(frozen=True, kw_only=True)
class Jury:
    """Several judges that judge the same, each on its own: a :class:`~verspan.scorers.model.Scorer`.

    ::

        jury = Jury.of(Correctness(model="openai:/gpt-4o-mini"), ["anthropic:/claude-haiku-4-5"])

    Smaller models of different families together judge nearer to people than one large model, for less (Verga et al.,
    "Replacing Judges with Juries", 2024). Each vote is in the feedback's metadata: ``votes`` has for each judge what it
    found or how it failed, ``votes_agreeing`` the share of the votes for the value. A judge that fails has no vote;
    where half of them or more fail, so has the jury.
    """

    judges: Sequence[Judge]
    """Two or more; a model may be among them several times."""
    name: str = ""
    """Under which its judgements are kept; the judges' own where they all have the same."""
    decide: Decision | str = Decision.MAJORITY

    def __post_init__(self) -> None:
        names = {judge.name for judge in self.judges}
        if len(self.judges) < 2:  # noqa: PLR2004 - one is no jury
            raise InvalidArgumentError("a jury has two judges or more")
        if not self.name and len(names) > 1:
            raise InvalidArgumentError("judges of several names have none in common: give Jury(name=…)")
        if len({judge.goal for judge in self.judges}) > 1:
            raise InvalidArgumentError("the judges of a jury have to have the same goal")
        object.__setattr__(self, "name", self.name or names.pop())
        object.__setattr__(self, "decide", _decision(self.decide))

    @classmethod
    def of(cls, judge: Judge, models: Iterable[str], decide: Decision | str = Decision.MAJORITY) -> Jury:
        """A judge, and the same judge asking other models by their URIs."""
        others = [replace(judge, model=model, call=None, client=None) for model in models]
        return cls(judges=[judge, *others], decide=decide)

    @property
    def goal(self) -> Goal:
        """Its judges'."""
        return self.judges[0].goal

    @property
    def wants_trace(self) -> bool:
        """Whether one of them looks at the trace."""
        return any(judge.wants_trace for judge in self.judges)

    @property
    def is_asynchronous(self) -> bool:
        """It is to be waited for, since its judges are asked all at once."""
        return True

    @cached_property
    def record(self) -> ScorerRecord:
        """It, as a run writes it down; its version is of all of theirs."""
        versions = [judge.record.version for judge in self.judges]
        version = version_of(Jury, {"judges": versions, "decide": Decision(self.decide).value})
        models = ", ".join(str(judge.record.model) for judge in self.judges)
        return ScorerRecord(self.name, version, self.goal, models)

    def score(self, answer: Answer) -> Sequence[Feedback]:
        """Ask one after the other."""
        return self._together([judge.score(answer) for judge in self.judges])

    async def score_async(self, answer: Answer) -> Sequence[Feedback]:
        """Ask all at once."""
        return self._together(await asyncio.gather(*(judge.score_async(answer) for judge in self.judges)))

    def _together(self, found: Sequence[Sequence[Feedback]]) -> Sequence[Feedback]:
        given = [feedback for each in found for feedback in each]
        if not given:
            return ()
        votes = [each for each in given if each.error is None]
        value, error = self._decided(votes, len(given))
        with_it = [each for each in votes if each.value == value] if self.decide is Decision.MAJORITY else votes
        share = {} if error else {"votes_agreeing": f"{len(with_it) / len(votes):.3g}"}
        feedback = Feedback(
            name=self.name,
            value=value,
            rationale="\n".join(f"{each.source.source_id}: {each.rationale}" for each in with_it) or None,
            error=error,
            source=AssessmentSource(AssessmentSourceType.LLM_JUDGE, str(self.record.model)),
            metadata={"judge_version": self.record.version, "votes": _written(given), **share},
        )
        return (feedback,)

    def _decided(self, votes: Sequence[Feedback], asked: int) -> tuple[object, AssessmentError | None]:
        if 2 * len(votes) <= asked:
            return None, AssessmentError("TooFewVotes", f"{asked - len(votes)} of {asked} judges failed")
        values = [each.value for each in votes]
        if self.decide is Decision.MEAN:
            if not all(isinstance(value, (bool, int, float)) for value in values):
                return None, AssessmentError("NoMean", "the judges found what is no number: decide by majority")
            return statistics.fmean(values), None
        (first, count), *others = Counter(values).most_common(2)
        if others and others[0][1] == count:
            return None, AssessmentError("NoMajority", f"{count} votes each for {first!r} and {others[0][0]!r}")
        return first, None


def _decision(given: Decision | str) -> Decision:
    try:
        return Decision(given)
    except ValueError as error:
        raise InvalidArgumentError(f"decide={given!r}: a jury decides by majority or by mean") from error


def _written(given: Sequence[Feedback]) -> str:
    votes = [
        {
            "judge": each.name,
            "model": each.source.source_id,
            "value": each.value,
            "rationale": each.rationale,
            "error": each.error.error_code if each.error else None,
            "trace_id": each.metadata.get("judge_trace_id"),
        }
        for each in given
    ]
    return orjson.dumps(votes).decode()
