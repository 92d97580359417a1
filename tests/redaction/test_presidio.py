"""The rule ``presidio``."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from verspan.redaction import Redactor
from verspan.redaction.presidio import Presidio


class Finding:
    """An analyzer that finds the same in every text, as Presidio gives it: not in order, and one within another."""

    def __init__(self, *found: tuple[str, int, int]) -> None:
        self._found = [SimpleNamespace(entity_type=kind, start=start, end=end) for kind, start, end in found]
        self.asked: list[dict[str, Any]] = []

    def analyze(self, **asked: Any) -> list[Any]:
        self.asked.append(asked)
        return self._found


def test_what_is_found() -> None:
    """Each thing found is replaced by its kind; of those that overlap nothing is left."""
    analyzer = Finding(("URL", 12, 23), ("PERSON", 0, 3), ("EMAIL_ADDRESS", 8, 23), ("DATE_TIME", 20, 26))
    presidio = Presidio(analyzer, language="de", entities=("PERSON",), threshold=0.3)
    assert Redactor([presidio]).text("Ann via ann@example.com now") == "[person] via [email_address]w"
    assert analyzer.asked == [
        {
            "text": "Ann via ann@example.com now",
            "language": "de",
            "entities": ["PERSON"],
            "score_threshold": 0.3,
        }
    ]


def test_texts_without_words() -> None:
    """A text of signs alone is not analysed."""
    analyzer = Finding()
    assert Redactor([Presidio(analyzer)]).text("…!") == "…!"
    assert analyzer.asked == []


def test_presidio_itself() -> None:
    """An engine of Presidio's own is used as it is."""
    pytest.importorskip("presidio_analyzer", reason="presidio-analyzer is not installed")
    from presidio_analyzer import AnalyzerEngine  # type: ignore[import-not-found,unused-ignore]  # an optional package
    from presidio_analyzer.nlp_engine import NoOpNlpEngine  # type: ignore[import-not-found,unused-ignore]  # likewise

    engine = AnalyzerEngine(nlp_engine=NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}]))
    presidio = Presidio(engine, entities=["CREDIT_CARD"])
    assert Redactor([presidio]).text("card 4111 1111 1111 1111") == "card [credit_card]"
