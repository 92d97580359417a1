"""Steps of frameworks: one span each, content under the policy, and model calls below them."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from opentelemetry.context import attach, detach
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import Link

from verspan import semconv
from verspan.context import ActiveVersion, set_default_version, withdraw_default_version
from verspan.instrumentation.calls import Usage
from verspan.instrumentation.operations import Operation, OperationRun, current_run, measure
from verspan.instrumentation.stepping import run_in
from verspan.instrumentation.telemetry import Telemetry
from verspan.settings import ContentMode
from verspan.testing import CapturedSpan, CapturedTelemetry, capture_spans

AGENT = Operation("invoke_agent", "clerk", {semconv.GEN_AI_CONVERSATION_ID: "c-1"})
TOOL = Operation("execute_tool", "find_order", {semconv.GEN_AI_TOOL_TYPE: "function"})
VERSION = ActiveVersion("m-" + "5" * 32, "shop")


@pytest.fixture(autouse=True)
def version() -> Iterator[None]:
    """An active version."""
    set_default_version(VERSION)
    yield
    withdraw_default_version(VERSION)


def telemetry_of(captured: CapturedTelemetry) -> Telemetry:
    return Telemetry.for_scope("verspan-acme", "1.0", **captured.providers)


def test_a_tree_of_steps() -> None:
    """A step is one span named after operation and name, under the step it began in, with its content beside it."""
    with capture_spans() as captured:
        telemetry = telemetry_of(captured)
        agent = OperationRun(telemetry, AGENT)
        agent.say_input([{"role": "user", "parts": [{"type": "text", "content": "Where is it?"}]}])
        agent.set_usage(Usage(input_tokens=12, output_tokens=3))
        tool = run_in(agent.context, OperationRun, telemetry, TOOL)
        tool.say_arguments({"order": 4711})
        tool.say_result("on its way")
        tool.finish()
        agent.finish()
        inner, outer = captured.spans()
    assert inner == CapturedSpan(
        name="execute_tool find_order",
        kind="INTERNAL",
        parent="invoke_agent clerk",
        status=("UNSET", None),
        attributes={
            semconv.GEN_AI_OPERATION_NAME: "execute_tool",
            semconv.GEN_AI_TOOL_NAME: "find_order",
            semconv.GEN_AI_TOOL_TYPE: "function",
            semconv.LOGGED_MODEL_ID: VERSION.model_id,
            semconv.LOGGED_MODEL_NAME: "shop",
        },
        events=[],
        scope="verspan-acme",
        content={
            semconv.GEN_AI_TOOL_CALL_ARGUMENTS: '{"order":4711}',
            semconv.GEN_AI_TOOL_CALL_RESULT: '"on its way"',
        },
    )
    assert outer.attributes[semconv.GEN_AI_AGENT_NAME] == "clerk"
    assert outer.attributes[semconv.GEN_AI_USAGE_INPUT_TOKENS] == 12
    assert json.loads(outer.content[semconv.GEN_AI_INPUT_MESSAGES])[0]["role"] == "user"


def test_failure() -> None:
    """What a step raises is its error, whose text is content; it ends once, whoever tells of it again."""
    with capture_spans() as captured:
        run = OperationRun(telemetry_of(captured), TOOL)
        run.finish(KeyError("4711"))
        run.finish()
        (span,) = captured.spans()
        durations = captured.metrics()[semconv.METRIC_EXECUTE_TOOL_DURATION].data.data_points
    assert span.status == ("ERROR", "KeyError")
    assert span.attributes[semconv.ERROR_TYPE] == "KeyError"
    assert span.content[semconv.EXCEPTION_MESSAGE] == "'4711'"
    assert [dict(point.attributes or {}) for point in durations] == [
        {
            semconv.GEN_AI_TOOL_NAME: "find_order",
            semconv.GEN_AI_TOOL_TYPE: "function",
            semconv.ERROR_TYPE: "KeyError",
            semconv.LOGGED_MODEL_ID: VERSION.model_id,
            semconv.LOGGED_MODEL_NAME: "shop",
        }
    ]


def test_told_failure() -> None:
    """A failure that came as an answer is the span's, and its text is content."""
    with capture_spans() as captured:
        run = OperationRun(telemetry_of(captured), TOOL)
        run.tell_failure("tool_error", "order 4711 of Ms Doe is gone")
        run.finish()
        (span,) = captured.spans()
    assert (span.status, span.attributes[semconv.ERROR_TYPE]) == (("ERROR", "tool_error"), "tool_error")
    assert span.content == {semconv.EXCEPTION_MESSAGE: "order 4711 of Ms Doe is gone"}


@pytest.mark.parametrize("mode", [ContentMode.NO_CONTENT, ContentMode.EVENT_ONLY])
def test_content_off(mode: ContentMode) -> None:
    """Where content may not be on spans, nothing that was said is."""
    with capture_spans(content=mode) as captured:
        run = OperationRun(telemetry_of(captured), TOOL)
        run.say_arguments("secret")
        run.tell_failure("tool_error", "secret")
        run.finish(ValueError("secret"))
        (span,) = captured.spans()
        assert "secret" not in str((span.status, span.attributes, span.events))
        assert "secret" not in str(span.content) or mode is not ContentMode.NO_CONTENT


def test_content_on_spans() -> None:
    """Where content may be on spans it is, as JSON, and nothing is handed over beside them."""
    with capture_spans(content=ContentMode.SPAN_ONLY) as captured:
        run = OperationRun(telemetry_of(captured), TOOL)
        run.say_arguments({"order": 4711})
        run.finish()
        (span,) = captured.spans()
    assert (span.attributes[semconv.GEN_AI_TOOL_CALL_ARGUMENTS], span.content) == ('{"order":4711}', {})


def test_dropped() -> None:
    """A step that its framework forgets is ended when it is collected."""
    with capture_spans() as captured:
        telemetry = telemetry_of(captured)
        OperationRun(telemetry, AGENT)
        gc.collect()
        assert [span.name for span in captured.spans()] == ["invoke_agent clerk"]
        assert captured.unfinished() == 0


def test_the_current_step() -> None:
    """What runs inside a step finds it, and no longer once it has ended."""
    with capture_spans() as captured:
        run = OperationRun(telemetry_of(captured), TOOL)
        assert current_run() is None
        token = attach(run.context)
        assert current_run() is run
        run.finish()
        assert current_run() is None
        detach(token)


def test_not_sampled() -> None:
    """A step that the sampler declines takes no content."""
    with capture_spans(sampler=ALWAYS_OFF) as captured:
        run = OperationRun(telemetry_of(captured), AGENT)
        assert not run.captures
        run.say_arguments(object())
        run.finish()
        assert captured.spans() == []


def test_links() -> None:
    """A step is linked to the spans that it has to do with besides its parent."""
    with capture_spans() as captured:
        telemetry = telemetry_of(captured)
        other = OperationRun(telemetry, AGENT)
        linked = OperationRun(telemetry, replace(TOOL, links=[Link(other.span.get_span_context())]))
        assert isinstance(linked.span, ReadableSpan)
        assert [link.context for link in linked.span.links] == [other.span.get_span_context()]
        linked.finish()
        other.finish()


@pytest.mark.parametrize("mode", [ContentMode.LOCAL, ContentMode.SPAN_ONLY, ContentMode.NO_CONTENT])
def test_plain_text(mode: ContentMode) -> None:
    """A text that is to be no JSON is kept as it is, where content may be kept."""
    name = f"{semconv.GEN_AI_PROMPT_VARIABLE_PREFIX}city"
    with capture_spans(content=mode) as captured:
        run = OperationRun(telemetry_of(captured), TOOL)
        run.say_text(name, "Oslo")
        run.finish()
        (span,) = captured.spans()
    found = (span.attributes.get(name), span.content.get(name))
    assert (
        found
        == {
            ContentMode.LOCAL: (None, "Oslo"),
            ContentMode.SPAN_ONLY: ("Oslo", None),
            ContentMode.NO_CONTENT: (None, None),
        }[mode]
    )


def test_measured_without_a_span() -> None:
    """A step that has no span is measured all the same, under the active version."""
    with capture_spans() as captured:
        measure(telemetry_of(captured), TOOL, 0.5, "tool_error")
        (point,) = captured.metrics()[semconv.METRIC_EXECUTE_TOOL_DURATION].data.data_points
        assert captured.spans() == []
    labels = dict(point.attributes or {})
    assert (labels[semconv.ERROR_TYPE], labels[semconv.LOGGED_MODEL_ID]) == ("tool_error", VERSION.model_id)
