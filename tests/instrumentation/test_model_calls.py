"""Models of a framework: a span for a call that no client's instrumentor sees, and none beside a client's."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
import wrapt
from opentelemetry.trace import SpanKind

from verspan.instrumentation.model_calls import Account, Answer, ModelReader
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.steps import Invocation, StepWrapper
from verspan.instrumentation.telemetry import Telemetry
from verspan.testing import CapturedTelemetry

from .acme import Client


class Model:
    """Asks a client, or answers by itself."""

    def __init__(self, client: Client | None = None) -> None:
        self.client = client

    def ask(self, question: str) -> str:
        if question == "break":
            raise ConnectionError(question)
        return question.upper() if self.client is None else str(self.client.ask(question))

    def stream(self, question: str) -> Iterator[str]:
        yield from self.ask(question)


class AcmeAccount(Account):
    """Tells what is asked and answered."""

    def operation(self, call: Invocation) -> Operation:
        return Operation("chat", "acme-1", kind=SpanKind.CLIENT)

    def say(self, run: OperationRun, call: Invocation, answer: Answer) -> None:
        run.say_result([answer.result, answer.chunks, answer.first_chunk_s is not None])

    def is_call(self, answer: Answer) -> bool:
        return bool(answer.result != "KEPT")


@pytest.fixture(autouse=True)
def wrapped(captured: CapturedTelemetry) -> Iterator[None]:
    """The model's two methods, read."""
    telemetry = Telemetry.for_scope("verspan-acme", "1", **captured.providers)
    wrapper = StepWrapper(telemetry, ModelReader(AcmeAccount()))
    originals = Model.ask, Model.stream
    Model.ask, Model.stream = (wrapt.FunctionWrapper(one, wrapper) for one in originals)  # type: ignore[method-assign]  # which is what an instrumentor does
    yield
    Model.ask, Model.stream = originals  # type: ignore[method-assign]  # likewise


def told(captured: CapturedTelemetry) -> list[tuple[str, Any, Any]]:
    """The spans, with what they say."""
    return [(span.name, span.status[0], span.content.get("gen_ai.tool.call.result")) for span in captured.spans()]


def test_call(captured: CapturedTelemetry) -> None:
    """A call is told when it is over, and one that fails as a failure."""
    assert Model().ask("Hello") == "HELLO"
    with pytest.raises(ConnectionError):
        Model().ask("break")
    assert told(captured) == [
        ("chat acme-1", "UNSET", '["HELLO",[],false]'),
        ("chat acme-1", "ERROR", "[null,[],false]"),
    ]


def test_stream(captured: CapturedTelemetry) -> None:
    """A stream, though it asks the same model inside, is one call; left half-way it says what was read."""
    assert list(Model().stream("ab")) == ["A", "B"]
    for _ in Model().stream("cd"):
        break
    gc.collect()
    assert told(captured) == [
        ("chat acme-1", "UNSET", '[null,["A","B"],true]'),
        ("chat acme-1", "UNSET", '[null,["C"],true]'),
    ]


def test_kept_answer(captured: CapturedTelemetry) -> None:
    """An answer that the framework has kept is no call."""
    Model().ask("kept")
    assert captured.spans() == []


def test_beside_a_client(captured: CapturedTelemetry, client: Client) -> None:
    """Where the client's instrumentor gives a span, it is the only one."""
    Model(client).ask("Hello")
    list(Model(client).stream("Hello"))
    assert [span.scope for span in captured.spans()] == ["verspan-acme"] * 2
    assert [found for _, _, found in told(captured)] == [None, None]
