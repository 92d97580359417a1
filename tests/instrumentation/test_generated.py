"""Clients that are generated, as Speakeasy does it: their endpoints are found, their streams keep their type."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from verspan.instrumentation.calls import CallInput, Reply, Request
from verspan.instrumentation.fields import text
from verspan.instrumentation.generated.adapting import EndpointAdapter, event_of
from verspan.instrumentation.generated.endpoints import EndpointPatches, sends_by
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.telemetry import Telemetry
from verspan.instrumentation.wrapper import CallWrapper
from verspan.testing import CapturedTelemetry

_CHATS = """
from parcelpost import Config

class EventStream:
    def __init__(self, words):
        self.generator = (word for word in words)
    def __iter__(self):
        return self
    def __next__(self):
        return next(self.generator)

class Chats:
    sdk_configuration = Config()
    def do_request(self, said):
        return said
    def complete(self, model, said):
        return self.do_request({"said": said})
    def stream(self, *, model, said):
        return EventStream(self.do_request([{"said": word} for word in said.split()]))
    def helper(self):
        return "no request"
"""
_CONFIG = """
class Config:
    def get_server_details(self):
        return "https://api.parcelpost.example", {}
"""


class _Adapter(EndpointAdapter):
    name = "parcelpost.chats"
    provider_name = "parcelpost"
    content = ("said",)

    @property
    def operation_name(self) -> str:
        return self.endpoint.method

    def read_request(self, body: Any) -> Request:
        return Request()

    def read_input(self, body: Any) -> CallInput:
        return CallInput(messages=spoken("user", text(body.get("said")) or ""))

    def read_reply(self, body: Any, reply: Reply) -> None:
        reply.choice(0).text.append(event_of(body)["said"])
        reply.choice(0).finish_reason = "stop"


@pytest.fixture
def patches(captured: CapturedTelemetry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EndpointPatches]:
    """Wrappers around a client that is yet to be imported."""
    (tmp_path / "parcelpost").mkdir()
    (tmp_path / "parcelpost" / "__init__.py").write_text(_CONFIG, "utf-8")
    (tmp_path / "parcelpost" / "chats.py").write_text(_CHATS, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    telemetry = Telemetry.for_scope("verspan-parcelpost", "1", **captured.providers)
    patches = EndpointPatches(
        ["parcelpost"], lambda endpoint: CallWrapper(telemetry, [_Adapter(endpoint)]), sends_by("do_request")
    )
    patches.apply()
    yield patches
    patches.remove()
    for name in ("parcelpost", "parcelpost.chats"):
        sys.modules.pop(name, None)


def _chats() -> Any:
    return importlib.import_module("parcelpost.chats").Chats()


def test_found(patches: EndpointPatches, captured: CapturedTelemetry) -> None:
    """Methods that make requests have a span, by position and by name, and others have none."""
    chats = _chats()
    assert chats.complete("m-1", "two words") == {"said": "two words"}
    assert chats.helper() == "no request"
    (span,) = captured.spans()
    assert (span.name, span.attributes["server.address"]) == ("complete m-1", "api.parcelpost.example")
    assert "two words" in span.content["gen_ai.input.messages"]
    del patches


def test_stream(patches: EndpointPatches, captured: CapturedTelemetry) -> None:
    """A stream keeps its type and is one span of all its events."""
    stream = _chats().stream(model="m-1", said="two words")
    assert type(stream).__name__ == "EventStream"
    assert list(stream) == [{"said": "two"}, {"said": "words"}]
    (span,) = captured.spans()
    assert span.attributes["gen_ai.request.stream"] is True
    assert "twowords" in span.content["gen_ai.output.messages"]
    del patches


def test_undone(patches: EndpointPatches, captured: CapturedTelemetry) -> None:
    """Once the wrappers are taken away, what was imported is as it was, and what is imported later stays so."""
    chats = _chats()
    patches.remove()
    chats.complete("m-1", "hi")
    assert captured.spans() == []
    patches.apply()
    chats.complete("m-1", "hi")
    assert len(captured.spans()) == 1
