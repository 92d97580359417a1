"""What goes wrong in us is not the application's problem."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from verspan.instrumentation import guard
from verspan.instrumentation.calls import Call, CallInput, Reply, Request
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan.testing import CapturedSpan, CapturedTelemetry, capture_spans

from .acme import WORDS, AcmeAdapter, Client
from .conftest import wrapped_client


class _Faulty(AcmeAdapter):
    """An adapter that fails at one of its steps."""

    def __init__(self, step: str) -> None:
        self._step = step

    def _at(self, step: str) -> None:
        if step == self._step:
            raise LookupError(step)

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        self._at("describe")
        return super().describe(instance, args, kwargs)

    def snapshot_request(
        self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, content: bool
    ) -> bytes:
        self._at("snapshot_request")
        return super().snapshot_request(instance, args, kwargs, content=content)

    def snapshot_response(self, response: Any) -> bytes:
        self._at("snapshot_response")
        return super().snapshot_response(response)

    def is_stream(self, response: Any) -> bool:
        self._at("is_stream")
        return super().is_stream(response)

    def read_request(self, body: Any) -> Request:
        self._at("read_request")
        return super().read_request(body)

    def read_input(self, body: Any) -> CallInput:
        self._at("read_input")
        return super().read_input(body)

    def read_reply(self, body: Any, reply: Reply) -> None:
        self._at("read_reply")
        super().read_reply(body, reply)


@pytest.mark.parametrize(
    ("step", "doing"),
    [
        ("describe", "describing a call"),
        ("snapshot_request", "taking a request"),
        ("snapshot_response", "taking a response"),
        ("is_stream", "looking at a response"),
        ("read_request", "reading a request"),
        ("read_input", "reading a call's messages"),
        ("read_reply", "reading a response"),
    ],
)
def test_faulty_adapter(
    step: str, doing: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An adapter that fails at any step costs the span something, the application nothing, and is said once."""
    monkeypatch.delenv(ENV_RAISE_INTERNAL_ERRORS, raising=False)
    monkeypatch.setattr(guard, "_reported", set())
    with capture_spans() as captured, caplog.at_level(logging.WARNING):
        client = wrapped_client(_Faulty(step), captured)
        for _ in range(2):
            assert client.ask("hi")["tokens"] == len(WORDS)
            assert tuple(client.ask("hi", stream=True)) == WORDS
        assert len(captured.spans()) == (0 if step == "describe" else 4)
        assert captured.unfinished() == 0
    (said,) = caplog.records
    assert said.getMessage().startswith(f"Verspan: error while {doing} (LookupError); the application is not affected")


def test_not_a_call(client: Client, captured: CapturedTelemetry) -> None:
    """What no adapter describes passes without a span."""
    client.ask("not a call")
    assert captured.spans() == []


def test_whole_span(client: Client, captured: CapturedTelemetry) -> None:
    """A call's span holds what was asked and answered, and its content only beside it."""
    client.ask("hi")
    assert captured.spans() == [
        CapturedSpan(
            name="chat acme-1",
            kind="CLIENT",
            parent=None,
            status=("UNSET", None),
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "acme",
                "gen_ai.request.model": "acme-1",
                "gen_ai.response.finish_reasons": ("stop",),
                "gen_ai.usage.input_tokens": 1,
                "gen_ai.usage.output_tokens": 3,
            },
            events=[],
            scope="verspan-acme",
            content={
                "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
                "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"one two three"}],'
                '"finish_reason":"stop"}]',
            },
        )
    ]


def test_failure(client: Client, captured: CapturedTelemetry) -> None:
    """The client's exception reaches the application as it is, and is recorded."""
    with pytest.raises(RuntimeError, match="acme is closed"):
        client.ask("fail")
    (span,) = captured.spans()
    assert span.status == ("ERROR", "RuntimeError")
    assert span.content["exception.message"] == "acme is closed"
