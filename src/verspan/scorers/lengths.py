"""How long an answer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal
from verspan.scorers.built_in import OfOutputs, as_text
from verspan.scorers.model import Answer


@dataclass(frozen=True, kw_only=True)
class Length(OfOutputs):
    """How many characters (Unicode code points) or words an answer has: neither more nor less is better.

    Words are what stands between white space. What is no text is measured as JSON.
    """

    name: str = "length"
    goal: Goal = Goal.NEITHER
    unit: Literal["characters", "words"] = "characters"

    def __post_init__(self) -> None:
        if self.unit not in ("characters", "words"):
            raise InvalidArgumentError(f"a length is in characters or words, not in {self.unit!r}")

    def judge(self, answer: Answer) -> int:
        """The length."""
        text = as_text(self.looked_at(answer))
        return len(text) if self.unit == "characters" else len(text.split())
