"""What ``@trace`` keeps of arguments, results and exceptions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.tracing.conftest import Unspeakable, the_span

import verspan
from verspan.instrumentation.serialising import MAX_CONTENT_BYTES
from verspan.testing import CapturedTelemetry


def test_inputs_as_they_were(captured: CapturedTelemetry) -> None:
    """Arguments that the function changes are recorded as they were when it was called."""

    @verspan.trace
    def use_up(words: list[str]) -> int:
        words.clear()
        return len(words)

    use_up(["tea", "cup"])
    assert the_span(captured).content == {"verspan.inputs": '{"words":["tea","cup"]}', "verspan.outputs": "0"}


def test_inputs_in_a_circle(captured: CapturedTelemetry) -> None:
    """An argument that contains itself is given by its representation."""

    @verspan.trace
    def take(thing: list[Any]) -> int:
        return len(thing)

    circle: list[Any] = []
    circle.append(circle)
    take(circle)
    assert json.loads(the_span(captured).content["verspan.inputs"]) == "{'thing': [[...]]}"


def test_unspeakable_inputs(monkeypatch: pytest.MonkeyPatch, captured: CapturedTelemetry) -> None:
    """An argument that cannot be shown costs the span its inputs, and the application nothing."""
    monkeypatch.delenv("VERSPAN_RAISE_INTERNAL_ERRORS")

    @verspan.trace
    def take(thing: Any) -> str:
        return type(thing).__name__

    assert take(Unspeakable()) == "Unspeakable"
    assert the_span(captured).content == {"verspan.outputs": '"Unspeakable"'}


def test_unspeakable_exception(monkeypatch: pytest.MonkeyPatch, captured: CapturedTelemetry) -> None:
    """An exception that cannot be shown reaches the caller as it is, and the span says that the call failed."""
    monkeypatch.delenv("VERSPAN_RAISE_INTERNAL_ERRORS")

    class UnspeakableError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("there are no words for it")

    @verspan.trace
    def raise_it() -> None:
        raise UnspeakableError

    with pytest.raises(UnspeakableError):
        raise_it()
    span = the_span(captured)
    assert span.status == ("ERROR", "test_unspeakable_exception.<locals>.UnspeakableError")
    assert span.content["exception.message"].endswith("UnspeakableError without a readable message>")


def test_huge_inputs(captured: CapturedTelemetry) -> None:
    """Arguments and results larger than an attribute may be are cut, and stay valid JSON."""

    @verspan.trace
    def echo(text: str) -> str:
        return text

    echo("x" * (2 * MAX_CONTENT_BYTES))
    content = the_span(captured).content
    assert set(content) == {"verspan.inputs", "verspan.outputs"}
    for text in content.values():
        assert len(text) <= MAX_CONTENT_BYTES
        assert json.loads(text)


def test_content_off(content_off: CapturedTelemetry) -> None:
    """Where no content is captured, arguments and results are not looked at, and no exception is put into words."""

    @verspan.trace
    def take(thing: Any) -> Any:
        return thing

    @verspan.trace
    def fail_with(failure: Exception) -> None:
        raise failure

    class UnspeakableError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("there are no words for it")

    take(Unspeakable())
    with pytest.raises(UnspeakableError):
        fail_with(UnspeakableError())
    assert [(span.content, span.status) for span in content_off.spans()] == [
        ({}, ("UNSET", None)),
        ({}, ("ERROR", UnspeakableError.__qualname__)),
    ]
