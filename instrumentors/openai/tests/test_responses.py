"""What is particular to the responses API: its helpers, its failures that raise nothing, what is polled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from verspan import semconv
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.settings import ContentMode
from verspan.testing import CapturedSpan, CapturedTelemetry, capture_spans
from verspan_openai import OpenAIInstrumentor

from .asking import has_responses, question
from .interactions import corpus
from .replay import ReplayServer, client_for

CASES = {found.key: found for found in corpus("responses")}


class Place(BaseModel):
    """An answer in a shape of its own."""

    place: str


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Telemetry of the instrumented client, whose content stays here."""
    monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
    with capture_spans() as captured:
        OpenAIInstrumentor().instrument(**captured.providers)
        yield captured
        OpenAIInstrumentor().uninstrument()


def only(captured: CapturedTelemetry) -> CapturedSpan:
    """The only span."""
    (span,) = captured.spans()
    return span


@has_responses
def test_parse(server: ReplayServer, captured: CapturedTelemetry) -> None:
    """``parse`` is one span, of JSON output, and gives the parsed object."""
    case = CASES["place"]
    with client_for(case, server.mount([case])) as client:
        parsed = client.responses.parse(model="gpt-5-mini", input="Where is my parcel?", text_format=Place)
    assert parsed.output_parsed == Place(place="Paris")
    assert only(captured).attributes[semconv.GEN_AI_OUTPUT_TYPE] == "json"


@has_responses
def test_stream_helper(server: ReplayServer, captured: CapturedTelemetry) -> None:
    """The stream helper is one span, and puts the response together as it does without us."""
    case = CASES["stream"]
    with (
        client_for(case, server.mount([case])) as client,
        client.responses.stream(model="gpt-5-mini", input="Where is my parcel?") as stream,
    ):
        final = stream.get_final_response()
    assert final.output_text == "On its way."
    assert only(captured).attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("stop",)


@has_responses
def test_stream_helper_asynchronously(server: ReplayServer, captured: CapturedTelemetry) -> None:
    """The stream helper of an asynchronous client is one span too."""
    case = CASES["stream"]

    async def ask() -> Any:
        async with (
            client_for(case, server.mount([case]), asynchronous=True) as client,
            client.responses.stream(model="gpt-5-mini", input="Where is my parcel?") as stream,
        ):
            return await stream.get_final_response()

    assert asyncio.run(ask()).output_text == "On its way."
    assert only(captured).attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("stop",)


@pytest.mark.parametrize("name", ["failed", "stream_that_fails"])
def test_failure_that_raises_nothing(server: ReplayServer, captured: CapturedTelemetry, name: str) -> None:
    """A failed response is a failed call: its code is told, and what the provider says of it stays here."""
    case = CASES[name]
    with client_for(case, server.mount([case])) as client:
        answer = question(client, case).ask()
        list(answer if name == "stream_that_fails" else [])
    span = only(captured)
    assert span.status == ("ERROR", "server_error")
    assert span.attributes[semconv.ERROR_TYPE] == "server_error"
    assert span.content[semconv.EXCEPTION_MESSAGE] == "The parcel service is on fire."
    points: Any = captured.metrics()[semconv.METRIC_OPERATION_DURATION].data.data_points
    assert [point.attributes[semconv.ERROR_TYPE] for point in points] == ["server_error"]


def test_failure_without_content(server: ReplayServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where content goes nowhere, what the provider says of a failure does not either."""
    monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
    case = CASES["failed"]
    with capture_spans(content=ContentMode.NO_CONTENT) as captured:
        OpenAIInstrumentor().instrument(**captured.providers)
        with client_for(case, server.mount([case])) as client:
            question(client, case).ask()
        OpenAIInstrumentor().uninstrument()
    span = only(captured)
    assert (span.status, span.content) == (("ERROR", "server_error"), {})


def test_polling(server: ReplayServer, captured: CapturedTelemetry) -> None:
    """A background response that is polled is one span a request, and no poll counts its tokens."""
    cases = [CASES[name] for name in ("background", "background_polled", "background_polled", "background_done")]
    with client_for(cases[0], server.mount(cases)) as client:
        for case in cases:
            question(client, case).ask()
    told = [(span.name, span.attributes[semconv.GEN_AI_RESPONSE_STATUS]) for span in captured.spans()]
    assert told == [
        ("chat gpt-5-mini", "queued"),
        ("fetch_response", "in_progress"),
        ("fetch_response", "in_progress"),
        ("fetch_response", "completed"),
    ]
    assert not any(semconv.GEN_AI_USAGE_INPUT_TOKENS in span.attributes for span in captured.spans())
    assert semconv.METRIC_TOKEN_USAGE not in captured.metrics()


def test_stream_left_in_a_call(server: ReplayServer, captured: CapturedTelemetry) -> None:
    """A stream that is closed amid a tool call has what came: the thought that was whole, the call as far as it got."""
    case = CASES["stream_with_tools"]
    with client_for(case, server.mount([case])) as client, question(client, case).ask() as stream:
        for _, _ in zip(range(8), stream, strict=False):
            pass
    span = only(captured)
    assert span.attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("error",)
    assert span.content[semconv.GEN_AI_OUTPUT_MESSAGES] == (
        '[{"role":"assistant","parts":[{"type":"reasoning","content":"Look the parcel up."},'
        '{"type":"tool_call","name":"find_parcel","id":"call_1","arguments":"{\\"id\\""}],"finish_reason":"error"}]'
    )
