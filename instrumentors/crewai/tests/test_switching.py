"""Turning it on and off: twice, again, in between, for a while, without content; and that nothing is left over."""

from __future__ import annotations

import gc
from collections import Counter
from importlib.metadata import entry_points

import pytest
from opentelemetry.instrumentation.utils import suppress_instrumentation
from tests.recordings.replay import Mount

from verspan.settings import ContentMode
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_crewai import CrewAIInstrumentor
from verspan_openai import OpenAIInstrumentor

from .models import ANSWER, clerk, desk, lose_order

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of CrewAI's, about itself


def crews(captured: CapturedTelemetry) -> int:
    """How many spans of crews there are."""
    return len([span for span in captured.spans() if span.name == "invoke_workflow desk"])


def test_twice(captured: CapturedTelemetry, mount: Mount) -> None:
    """Instrumenting twice is once."""
    CrewAIInstrumentor().instrument(**captured.providers)
    desk(mount).kickoff(inputs={"n": 4711})
    assert crews(captured) == 1


def test_crews_from_before(captured: CapturedTelemetry, mount: Mount) -> None:
    """A crew that was built before has spans, none once it is uninstrumented, and again later."""
    CrewAIInstrumentor().uninstrument()
    crew = desk(mount)
    counts, answers = [], []
    for on in (True, False, True):
        if on:
            CrewAIInstrumentor().instrument(**captured.providers)
        answers.append(crew.kickoff(inputs={"n": 4711}).raw)
        CrewAIInstrumentor().uninstrument()
        counts.append(crews(captured))
    assert (counts, answers) == ([1, 1, 2], [ANSWER] * 3)


def test_suppressed(captured: CapturedTelemetry, mount: Mount) -> None:
    """Where instrumentation is suppressed there are no spans."""
    with suppress_instrumentation():
        assert desk(mount).kickoff(inputs={"n": 4711}).raw == ANSWER
    assert captured.spans() == []


@pytest.mark.parametrize("mode", [ContentMode.NO_CONTENT, ContentMode.EVENT_ONLY, ContentMode.LOCAL])
def test_content_off(mode: ContentMode, mount: Mount, caplog: pytest.LogCaptureFixture) -> None:
    """Where content is off, nothing that was said is on spans, in their status, in events or in logs of ours."""
    with capture_spans(content=mode) as captured:
        OpenAIInstrumentor().instrument(**captured.providers)
        CrewAIInstrumentor().instrument(**captured.providers)
        desk(mount).kickoff(inputs={"n": 4711})
        desk(mount, clerk(mount, [lose_order])).kickoff(inputs={"n": 4711})
        with pytest.raises(Exception, match="Doe"):
            desk(mount, question="Where does Ms Doe live?").kickoff()
        CrewAIInstrumentor().uninstrument()
        OpenAIInstrumentor().uninstrument()
        spans = captured.spans()
    on_spans = str([(span.status, span.attributes, span.events) for span in spans])
    told = str([record.getMessage() for record in caplog.records if record.name.startswith("verspan")])
    assert not any(text in on_spans + told for text in ("Doe", "Roe", "4711", "on its way", "knows all", "a place"))
    if mode is ContentMode.NO_CONTENT:
        assert [span.content for span in spans] == [{}] * len(spans)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_nothing_kept(captured: CapturedTelemetry, mount: Mount) -> None:
    """After crews are over, no step is held, and no model call."""
    desk(mount).kickoff(inputs={"n": 4711})  # what CrewAI itself keeps of the first

    def alive() -> Counter[str]:
        gc.collect()
        kinds = ("OperationRun", "ModelCall", "ExpectedCall")
        return Counter(name for found in gc.get_objects() if (name := type(found).__name__) in kinds)

    before = alive()
    for _ in range(3):
        desk(mount).kickoff(inputs={"n": 4711})
    assert captured.unfinished() == 0
    assert alive() - before == Counter()


def test_streamed_crew(captured: CapturedTelemetry, mount: Mount) -> None:
    """A crew that streams, on a thread of its own, is one span below what it was started in."""
    crew = desk(mount)
    crew.stream = True
    tracer = captured.provider.get_tracer("app")
    with tracer.start_as_current_span("turn"):
        streaming = crew.kickoff(inputs={"n": 4711})
        list(streaming)
    assert [span.parent for span in captured.spans() if span.name == "invoke_workflow desk"] == ["turn"]


def test_found_without_code() -> None:
    """It is found by its entry point, and says which versions it is made for."""
    (entry,) = entry_points(group="opentelemetry_instrumentor", name="verspan_crewai")
    assert entry.load() is CrewAIInstrumentor
    assert CrewAIInstrumentor().instrumentation_dependencies() == ["crewai<2,>=1.15"]
