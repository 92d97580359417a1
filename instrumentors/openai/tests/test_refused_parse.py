"""An answer that the client refuses to parse was answered all the same."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pydantic
import pytest

from verspan import semconv
from verspan.demo.api_server import DemoApi
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_openai import OpenAIInstrumentor


class _Answer(pydantic.BaseModel):
    text: str


@pytest.fixture
def captured() -> Iterator[CapturedTelemetry]:
    """Telemetry of the instrumented client."""
    with capture_spans() as captured:
        OpenAIInstrumentor().instrument(**captured.providers)
        yield captured
        OpenAIInstrumentor().uninstrument()


def test_cut_answer(captured: CapturedTelemetry) -> None:
    """The tokens and the finish reason of an answer that is cut at the token limit are on the span of the call."""
    with DemoApi() as api, openai.OpenAI(base_url=api.base_url, api_key="demo") as client:
        completions = getattr(client.chat.completions, "parse", None) or client.beta.chat.completions.parse
        with pytest.raises(openai.LengthFinishReasonError):
            completions(
                model="gpt-4o-mini",
                messages=[{"role": "user", "content": "Where is my parcel?"}],
                max_tokens=3,
                response_format=_Answer,
            )
    (span,) = captured.spans()
    # The oldest clients parse after the call has ended, which did not fail then.
    assert span.attributes.get(semconv.ERROR_TYPE) in ("LengthFinishReasonError", None)
    assert span.attributes[semconv.GEN_AI_RESPONSE_FINISH_REASONS] == ("length",)
    assert span.attributes[semconv.GEN_AI_USAGE_OUTPUT_TOKENS] == 3
