"""Images and sound: files are left to the client, and bytes to the application."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from verspan import semconv
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_openai import OpenAIInstrumentor

from .interactions import Interaction, corpus
from .replay import ReplayServer, client_for

CASES = {found.key: found for found in corpus("media")}
SPEECH = CASES["speech"]


@pytest.fixture
def captured(monkeypatch: pytest.MonkeyPatch) -> Iterator[CapturedTelemetry]:
    """Telemetry of the instrumented client, whose content stays here."""
    monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
    with capture_spans() as captured:
        OpenAIInstrumentor().instrument(**captured.providers)
        yield captured
        OpenAIInstrumentor().uninstrument()


def speech(client: Any, way: str) -> Any:
    """Have something spoken."""
    asked = {"model": "gpt-4o-mini-tts", "input": "Your parcel is here.", "voice": "coral"}
    if way == "streaming":
        with client.audio.speech.with_streaming_response.create(**asked) as streamed:
            return b"".join(streamed.iter_bytes())
    resource = client.audio.speech.with_raw_response if way == "raw" else client.audio.speech
    return resource.create(**asked).content


@pytest.mark.parametrize("way", ["create", "raw", "streaming"])
def test_speech(server: ReplayServer, captured: CapturedTelemetry, way: str) -> None:
    """Speech reaches the application, and nothing of it the span."""
    with client_for(SPEECH, server.mount([SPEECH])) as client:
        assert speech(client, way) == SPEECH.body
    (span,) = captured.spans()
    assert (span.name, span.attributes[semconv.GEN_AI_OUTPUT_TYPE]) == ("generate_speech gpt-4o-mini-tts", "speech")
    assert SPEECH.body.decode() not in repr(span)
    assert set(span.content) == {semconv.GEN_AI_INPUT_MESSAGES}


def test_edit(server: ReplayServer, captured: CapturedTelemetry) -> None:
    """A file of the caller's reaches the server whole, and the span has the words that came with it."""
    generated = CASES["large_image"]
    case = Interaction(
        "own", "edit", "https://api.openai.com/v1/images/edits", {}, 200, generated.headers, generated.body
    )
    mount = server.mount([case])
    with client_for(case, mount) as client:
        client.images.edit(model="gpt-image-1", image=("a.png", b"the bytes of a parcel"), prompt="Paint it red.")
    (span,) = captured.spans()
    assert b"the bytes of a parcel" in mount.received[0].body
    assert span.name == "edit_image gpt-image-1"
    (asked,) = json.loads(span.content[semconv.GEN_AI_INPUT_MESSAGES])
    assert asked["parts"] == [{"type": "text", "content": "Paint it red."}]
    (answered,) = json.loads(span.content[semconv.GEN_AI_OUTPUT_MESSAGES])
    assert [part["type"] for part in answered["parts"]] == ["blob_reference"]
