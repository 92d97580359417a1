"""Which language an answer is in."""

from __future__ import annotations

from dataclasses import dataclass

from verspan.assessments.model import Feedback
from verspan.scorers.built_in import OfOutputs, as_text
from verspan.scorers.installed import needed
from verspan.scorers.model import Answer


@dataclass(frozen=True, kw_only=True)
class Language(OfOutputs):
    """Whether an answer is in the expected language: a boolean, higher is better. The rationale names the one it is in.

    The package ``py3langid`` decides (Lui and Baldwin, "langid.py: An Off-the-shelf Language Identification Tool",
    2012), among some hundred languages; it is often wrong about a few words. An answer without a letter is not judged.

    Raises:
        MissingPackageError: at the first answer, if ``py3langid`` is not installed.
    """

    name: str = "language"
    language: str | None = None
    """The language of every answer by its ISO 639-1 code, such as ``en``; where it is None, the expectation says it."""
    expectation: str = "language"
    """The expectation's name; rows without it are not judged."""

    def judge(self, answer: Answer) -> Feedback | None:
        """Whether it is in the language."""
        expected = self.language or answer.expectations.get(self.expectation)
        text = as_text(self.looked_at(answer))
        if expected is None or not any(map(str.isalpha, text)):
            return None
        found = needed("py3langid", "Language").classify(text)[0]
        return Feedback(value=found == expected, rationale=found)
