"""A store in which this process records, spans captured in memory, and scorers to evaluate with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.evaluation.serving import server
from tests.tracing.conftest import captured_by_hand

from verspan.assessments.model import Feedback
from verspan.evaluation.model import Goal, ScorerRecord
from verspan.scorers.model import Answer
from verspan.settings import ContentMode
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.testing import CapturedTelemetry
from verspan.versions import registry

__all__ = ["server"]


@dataclass(frozen=True)
class Judge:
    """A scorer of one function over the answer."""

    name: str
    judge: Callable[[Answer], Any]
    goal: Goal = Goal.HIGHER
    wants_trace: bool = False

    @property
    def record(self) -> ScorerRecord:
        return ScorerRecord(self.name, "0" * 12, self.goal)

    def score(self, answer: Answer) -> Sequence[Feedback]:
        return [Feedback(self.name, value=self.judge(answer))]

    async def score_async(self, answer: Answer) -> Sequence[Feedback]:
        return self.score(answer)


def rows(*questions: str) -> list[dict[str, Any]]:
    """Rows that ask these, and are named by them."""
    return [{"row_id": question, "inputs": {"question": question}} for question in questions]


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Captured spans; an error of our own fails the test."""
    monkeypatch.setenv("VERSPAN_RAISE_INTERNAL_ERRORS", "1")
    with captured_by_hand(ContentMode.LOCAL) as captured:
        yield captured


@pytest.fixture
def store(tmp_path: Path, captured: CapturedTelemetry) -> Iterator[Store]:
    """An empty store in which this process records."""
    assert captured.spans() == []
    url = f"sqlite:///{tmp_path / 'verspan.db'}"
    registry.configure_recording(url)
    with closing(open_store(url)) as opened:
        yield opened
    registry.configure_recording(None)
    registry._recorder._known.clear()  # or it would be recorded in whatever store comes next
