"""Spools in a folder of the test's own, with a destination that the test can take away."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, TraceFlags

from verspan.spool.bounds import Bounds
from verspan.spool.delivery import Destination, Outcome
from verspan.spool.spans import SpooledSpan
from verspan.spool.spool import Spool

NOW_NS = 1_790_000_000_000_000_000
RESOURCE = Resource({"service.name": "support"})
SCOPE = InstrumentationScope("support", "1.0")
DESTINATION = Destination("test", "somewhere")
TAKEN = Outcome(delivered=True)
DOWN = Outcome(delivered=False, reason="it is down")
LONG_S = 30.0
MakeSpan = Callable[..., ReadableSpan]


class Place:
    """Where spans are delivered to: keeps their names, and answers as the test has it."""

    def __init__(self) -> None:
        self.outcome: Outcome | Exception = TAKEN
        self.batches: list[list[str]] = []
        self.spans: list[SpooledSpan] = []
        self.tries = 0
        self.timeouts: list[float] = []
        self.answers = threading.Event()
        """Cleared where it hangs."""
        self.answers.set()
        self.meanwhile: Callable[[], object] = lambda: None
        """What happens while it takes a batch."""
        self.closed = 0

    @property
    def names(self) -> list[str]:
        return [name for batch in self.batches for name in batch]

    def deliver(self, spans: Sequence[SpooledSpan], timeout_s: float) -> Outcome:
        self.tries += 1
        self.timeouts.append(timeout_s)
        self.answers.wait()
        self.meanwhile()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        if self.outcome.delivered:
            self.batches.append([span.name for span in spans])
            self.spans += spans
        return self.outcome

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def place() -> Place:
    return Place()


MakeSpool = Callable[..., Spool]


@pytest.fixture
def make_spool(tmp_path: Path, place: Place) -> Iterator[MakeSpool]:
    """Makes spools that deliver to the place; they are shut down after the test."""
    made: list[Spool] = []

    def make(*, keeps_content: bool = True, **bounds: int) -> Spool:
        made.append(
            Spool(tmp_path / "spool", DESTINATION, lambda: place, keeps_content=keeps_content, bounds=Bounds(**bounds))
        )
        return made[-1]

    yield make
    for spool in made:
        spool.shutdown()


def span(name: str, number: int = 1, **fields: Any) -> ReadableSpan:
    """A span that has ended, as processors are given it."""
    given = {"attributes": {"a": 1}, "start_time": NOW_NS, "end_time": NOW_NS + number, **fields}
    context = SpanContext(1, number, is_remote=False, trace_flags=TraceFlags(1))
    return ReadableSpan(name, context=context, resource=RESOURCE, instrumentation_scope=SCOPE, **given)


@pytest.fixture
def make_span() -> MakeSpan:
    """The builder of a span."""
    return span


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("OTEL_", "VERSPAN_"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The destination's folder, once something is in it."""
    from verspan.spool.destinations import folder_of

    return folder_of(tmp_path / "spool", DESTINATION)


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as a warning or worse."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def suffixes_in(folder: Path) -> list[str]:
    """What kinds of files are in a spool's folder."""
    return sorted(path.suffix for path in folder.iterdir() if path.suffix != ".json")
