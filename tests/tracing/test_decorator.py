"""``@trace`` on functions and coroutine functions."""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import pickle
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry.trace import INVALID_SPAN, get_current_span
from tests.tracing.conftest import the_span

import verspan
from verspan.testing import CapturedSpan, CapturedTelemetry

MODULE = __name__


def made_by(function: str, inputs: str | None, outputs: str | None, **changed: Any) -> CapturedSpan:
    """The span of a function of this module."""
    content = {"verspan.inputs": inputs, "verspan.outputs": outputs}
    parts: dict[str, Any] = {
        "name": function.rpartition(".")[2],
        "kind": "INTERNAL",
        "parent": None,
        "status": ("UNSET", None),
        "attributes": {"code.function.name": f"{MODULE}.{function}"},
        "events": [],
        "scope": "verspan",
        "content": {name: text for name, text in content.items() if text is not None},
    }
    return CapturedSpan(**{**parts, **changed})


@verspan.trace
def answer(question: str, limit: int = 3, *pages: str, polite: bool = True, **more: Any) -> str:
    """An answer."""
    return f"{question} {limit}{len(pages)}{polite}{len(more)}"


@verspan.trace
async def answer_later(question: str) -> str:
    """An answer that takes a moment."""
    await asyncio.sleep(0)
    return question.upper()


@verspan.trace
def fail(question: str) -> None:
    """No answer."""
    raise LookupError(question)


@verspan.trace
async def fail_later(question: str) -> None:
    """No answer, after a moment."""
    await asyncio.sleep(0)
    raise LookupError(question)


@verspan.trace
def countdown(number: int) -> int:
    """Nothing, by way of itself."""
    return countdown(number - 1) if number else 0


@verspan.trace(name="look up", span_type="RETRIEVER", attributes={"app.shelf": 7})
def look_up(word: str) -> list[str]:
    """A line of the handbook."""
    return [word]


@dataclass
class Agent:
    """Methods of each kind, decorated in each order."""

    name: str = "agent"

    @verspan.trace
    def method(self, question: str) -> str:
        """A method."""
        return f"{self.name}: {question}"

    @verspan.trace
    async def method_later(self, question: str) -> str:
        """An asynchronous method."""
        return question

    @verspan.trace
    @classmethod
    def above_class(cls, question: str) -> str:
        """Decorated above."""
        return f"{cls.__name__}: {question}"

    @classmethod
    @verspan.trace
    def below_class(cls, question: str) -> str:
        """Decorated below."""
        return f"{cls.__name__}: {question}"

    @verspan.trace
    @staticmethod
    def above_static(question: str) -> str:
        """Decorated above."""
        return question

    @staticmethod
    @verspan.trace
    def below_static(question: str) -> str:
        """Decorated below."""
        return question

    def __call__(self, question: str) -> str:
        """What a call of the object does."""
        return question


class Later:
    """An object whose call is a coroutine."""

    async def __call__(self, question: str) -> str:
        """What a call of the object does."""
        return question


def test_function(captured: CapturedTelemetry) -> None:
    """A call's span has the function's name, its arguments with defaults, and its result."""
    assert answer("Where?", 2, "one", "two", extra=None) == "Where? 22True1"
    assert the_span(captured) == made_by(
        "answer",
        '{"question":"Where?","limit":2,"pages":["one","two"],"polite":true,"more":{"extra":null}}',
        '"Where? 22True1"',
    )


async def test_coroutine_function(captured: CapturedTelemetry) -> None:
    """A coroutine's span lasts until it has been awaited, and is current inside it."""
    assert await answer_later("where?") == "WHERE?"
    assert the_span(captured) == made_by("answer_later", '{"question":"where?"}', '"WHERE?"')


def test_named(captured: CapturedTelemetry) -> None:
    """A span may be given a name, a type and attributes."""
    look_up("tea")
    attributes = {"code.function.name": f"{MODULE}.look_up", "app.shelf": 7, "verspan.span.type": "RETRIEVER"}
    assert the_span(captured) == made_by("look_up", '{"word":"tea"}', '["tea"]', name="look up", attributes=attributes)


@pytest.mark.parametrize(
    ("call", "function", "inputs", "outputs"),
    [
        (lambda: Agent().method("Hi"), "Agent.method", '{"question":"Hi"}', '"agent: Hi"'),
        (lambda: asyncio.run(Agent().method_later("Hi")), "Agent.method_later", '{"question":"Hi"}', '"Hi"'),
        (lambda: Agent.above_class("Hi"), "Agent.above_class", '{"question":"Hi"}', '"Agent: Hi"'),
        (lambda: Agent().below_class("Hi"), "Agent.below_class", '{"question":"Hi"}', '"Agent: Hi"'),
        (lambda: Agent().above_static("Hi"), "Agent.above_static", '{"question":"Hi"}', '"Hi"'),
        (lambda: Agent.below_static("Hi"), "Agent.below_static", '{"question":"Hi"}', '"Hi"'),
        (lambda: verspan.trace(Agent())("Hi"), "Agent", '{"question":"Hi"}', '"Hi"'),
        (lambda: asyncio.run(verspan.trace(Later())("Hi")), "Later", '{"question":"Hi"}', '"Hi"'),
        (lambda: verspan.trace(functools.partial(plain, "Hi"))(2), "plain", '{"times":2}', '"HiHi"'),
        (lambda: verspan.trace(functools.lru_cache(plain))("Hi", 1), "plain", '{"question":"Hi","times":1}', '"Hi"'),
    ],
)
def test_callables(
    captured: CapturedTelemetry, call: Callable[[], Any], function: str, inputs: str, outputs: str
) -> None:
    """Methods, partial functions and objects that are called have a name, and no argument for the object itself."""
    assert json.dumps(call()) == outputs
    assert the_span(captured) == made_by(function, inputs, outputs)


def plain(question: str, times: int) -> str:
    """Not decorated."""
    return question * times


def test_no_signature(captured: CapturedTelemetry) -> None:
    """A function that tells nothing of its parameters has its arguments as they were given."""
    assert verspan.trace(dict)(tea=1) == {"tea": 1}
    attributes = {"code.function.name": "builtins.dict"}
    expected = made_by("dict", '{"args":[],"kwargs":{"tea":1}}', '{"tea":1}', attributes=attributes)
    assert the_span(captured) == expected


def test_wrong_arguments(captured: CapturedTelemetry) -> None:
    """A call with arguments that the function does not take fails in Python's own words, with a span that says so."""
    with pytest.raises(TypeError, match=r"look_up\(\) got an unexpected keyword argument 'page'"):
        look_up(page=1)  # type: ignore[call-arg]  # the point
    span = the_span(captured)
    assert (span.status, span.content["verspan.inputs"]) == (("ERROR", "TypeError"), '{"args":[],"kwargs":{"page":1}}')


@pytest.mark.parametrize("failing", [lambda: fail("Where?"), lambda: asyncio.run(fail_later("Where?"))])
def test_exception(captured: CapturedTelemetry, failing: Callable[[], Any]) -> None:
    """An exception goes on to the caller; the span has its type, and what it says is content."""
    with pytest.raises(LookupError, match=r"Where\?"):
        failing()
    span = the_span(captured)
    function = span.name
    stack_trace = span.content["exception.stacktrace"]
    assert stack_trace.startswith("Traceback (most recent call last):")
    assert stack_trace.endswith("LookupError: Where?\n")
    assert span == made_by(
        function,
        None,
        None,
        status=("ERROR", "LookupError"),
        attributes={"code.function.name": f"{MODULE}.{function}", "error.type": "LookupError"},
        events=[("exception", {"exception.type": "LookupError"})],
        content={
            "verspan.inputs": '{"question":"Where?"}',
            "exception.message": "Where?",
            "exception.stacktrace": stack_trace,
        },
    )


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_interrupts(captured: CapturedTelemetry, interrupt: type[BaseException]) -> None:
    """What is no error, such as an interrupt or a cancellation, ends the span with its type and goes on."""

    @verspan.trace
    def interrupted() -> None:
        raise interrupt

    with pytest.raises(interrupt):
        interrupted()
    assert the_span(captured).attributes["error.type"] == interrupt.__name__


async def test_cancelled(captured: CapturedTelemetry) -> None:
    """A task that is cancelled ends the span of what it was in."""
    started = asyncio.Event()

    @verspan.trace
    async def wait() -> None:
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    span = the_span(captured)
    assert (span.status, span.attributes["error.type"]) == (("ERROR", "CancelledError"), "CancelledError")


def test_dropped_coroutine(captured: CapturedTelemetry, caplog: pytest.LogCaptureFixture) -> None:
    """A coroutine that is dropped half-way ends its span, and OpenTelemetry has nothing to complain of."""
    coroutine = answer_later("Where?")
    coroutine.send(None)
    del coroutine
    span = the_span(captured)
    assert (span.status, span.attributes["error.type"]) == (("ERROR", "GeneratorExit"), "GeneratorExit")
    assert caplog.records == []


async def test_hidden_coroutine(captured: CapturedTelemetry) -> None:
    """A function that returns a coroutine, such as a coroutine function behind another decorator, is followed."""

    def passing_on(question: str) -> Coroutine[Any, Any, str]:
        return answer_later(question)

    assert await verspan.trace(passing_on)("where?") == "WHERE?"
    inner, outer = captured.spans()
    assert (inner.name, inner.parent, outer.name, outer.parent) == ("answer_later", "passing_on", "passing_on", None)
    assert outer.content["verspan.outputs"] == '"WHERE?"'


def test_recursion(captured: CapturedTelemetry) -> None:
    """A function that calls itself gives a span for each call, each the child of the one before."""
    countdown(2)
    assert [(span.parent, span.content["verspan.inputs"]) for span in captured.spans()] == [
        ("countdown", '{"number":0}'),
        ("countdown", '{"number":1}'),
        (None, '{"number":2}'),
    ]


def test_context_is_restored(captured: CapturedTelemetry) -> None:
    """The span is current inside the function and nowhere else, however the function ends."""
    seen = []

    @verspan.trace
    def look() -> None:
        seen.append(get_current_span().is_recording())
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        look()
    assert seen == [True]
    assert get_current_span() is INVALID_SPAN
    assert captured.unfinished() == 0


def test_inputs_that_are_not_json(captured: CapturedTelemetry) -> None:
    """What JSON has no form for is given by its representation."""

    @verspan.trace
    def take(*things: Any) -> None: ...

    take(b"\x00", {1}, Agent, 2**70, "\ud800", float("nan"))
    ((name, things),) = json.loads(the_span(captured).content["verspan.inputs"]).items()
    assert name == "things"
    assert things[:5] == ["b'\\x00'", "{1}", f"<class '{MODULE}.Agent'>", 2**70, "\ud800"]


def test_content_on_spans(content_on_spans: CapturedTelemetry) -> None:
    """Where content may be on spans it is, what an exception says included, and nothing is handed over beside them."""
    look_up("tea")
    with pytest.raises(LookupError):
        fail("Where?")
    looked_up, failed = content_on_spans.spans()
    assert looked_up.attributes["verspan.inputs"] == '{"word":"tea"}'
    assert looked_up.attributes["verspan.outputs"] == '["tea"]'
    assert failed.status == ("ERROR", "Where?")
    ((_, event),) = failed.events
    assert (event["exception.type"], event["exception.message"]) == ("LookupError", "Where?")
    assert (looked_up.content, failed.content) == ({}, {})


def test_seen_from_outside() -> None:
    """A decorated function keeps its kind, its signature, its name and its docstring, and pickles by its name."""
    assert inspect.signature(answer) == inspect.signature(inspect.unwrap(answer))
    assert (answer.__name__, answer.__qualname__, answer.__doc__) == ("answer", "answer", "An answer.")
    assert inspect.iscoroutinefunction(answer_later)
    assert not inspect.iscoroutinefunction(answer)
    assert inspect.iscoroutinefunction(verspan.trace(Later()))
    assert isinstance(inspect.getattr_static(Agent, "above_class"), classmethod)
    assert isinstance(inspect.getattr_static(Agent, "above_static"), staticmethod)
    assert pickle.dumps(answer)


def test_as_mlflow_has_it(captured: CapturedTelemetry) -> None:
    """The function may be given by MLflow's keyword too."""
    verspan.trace(func=plain)("Hi", 1)
    assert the_span(captured).name == "plain"


def test_foreign_processor_that_raises(monkeypatch: pytest.MonkeyPatch, captured: CapturedTelemetry) -> None:
    """A span processor of somebody else's that raises does not reach the function that is traced."""
    from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

    monkeypatch.delenv("VERSPAN_RAISE_INTERNAL_ERRORS")

    class Broken(SpanProcessor):
        def on_start(self, span: Span, parent_context: Any = None) -> None:
            raise RuntimeError(span.name, parent_context)

        def on_end(self, span: ReadableSpan) -> None:
            raise RuntimeError(span.name)

    captured.provider.add_span_processor(Broken())
    assert look_up("tea") == ["tea"]
