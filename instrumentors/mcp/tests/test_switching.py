"""Turning it on and off: twice, again, in between, for a while, without content, and below somebody else's span."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan import semconv
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.stepping import AwaitIn
from verspan.instrumentation.telemetry import Telemetry
from verspan.settings import ContentMode
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_mcp import MCPInstrumentor

from .desk import desk
from .sdk import MCPError, in_memory

CALL = "tools/call find_order"


def names(captured: CapturedTelemetry) -> list[str]:
    """The names of the spans of tools."""
    return [span.name for span in captured.spans() if span.name == CALL]


async def find(session: Any) -> str:
    """Call the tool."""
    result = await session.call_tool("find_order", {"number": 4711})
    return str(result.content[0].text)


async def test_twice(captured: CapturedTelemetry) -> None:
    """Instrumenting twice is once."""
    MCPInstrumentor().instrument(**captured.providers)
    async with in_memory(desk()) as session:
        await session.initialize()
        await find(session)
    assert names(captured) == [CALL, CALL]


async def test_sessions_from_before(captured: CapturedTelemetry) -> None:
    """A session that is open already has spans from then on, none after it is uninstrumented, and again later."""
    MCPInstrumentor().uninstrument()
    async with in_memory(desk()) as session:
        await session.initialize()
        answers = [await find(session)]
        assert names(captured) == []
        for expected in (2, 4):
            MCPInstrumentor().instrument(**captured.providers)
            answers.append(await find(session))
            MCPInstrumentor().uninstrument()
            answers.append(await find(session))
            assert len(names(captured)) == expected
    assert set(answers) == {"order 4711 is on its way"}


def test_everything_is_put_back(captured: CapturedTelemetry) -> None:
    """Every method and function of the SDK is what it was."""
    from mcp.client import session, stdio, streamable_http

    places = [(session.ClientSession, "__aenter__"), (streamable_http.StreamableHTTPTransport, "post_writer")]
    patched = [getattr(owner, name) for owner, name in places]
    MCPInstrumentor().uninstrument()
    original = [getattr(owner, name) for owner, name in places]
    assert all(hasattr(one, "_self_wrapper") for one in patched)
    assert not any(hasattr(one, "_self_wrapper") for one in original)
    cells = stdio.stdio_client.__closure__ or ()
    assert [cell.cell_contents.__module__ for cell in cells] == [stdio.__name__]
    assert captured.unfinished() == 0


async def test_suppressed(captured: CapturedTelemetry) -> None:
    """Where instrumentation is suppressed there are no spans, neither ours nor the SDK's."""
    async with in_memory(desk()) as session:
        await session.initialize()
        with suppress_instrumentation():
            assert await find(session) == "order 4711 is on its way"
    assert [span for span in captured.spans() if span.name == CALL and span.kind == "CLIENT"] == []


async def test_one_span_beside_the_sdks_own(captured: CapturedTelemetry, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own spans are silent while ours are made, whatever provider they go to."""
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", captured.provider)
    exporter = InMemorySpanExporter()
    captured.provider.add_span_processor(SimpleSpanProcessor(exporter))
    async with in_memory(desk()) as session:
        await session.initialize()
        await find(session)
    scopes = {span.instrumentation_scope.name for span in exporter.get_finished_spans()}  # type: ignore[union-attr]  # it has one
    assert "mcp-python-sdk" not in scopes
    assert names(captured) == [CALL, CALL]


@pytest.mark.parametrize("mode", [ContentMode.NO_CONTENT, ContentMode.EVENT_ONLY, ContentMode.LOCAL])
async def test_content_off(mode: ContentMode, caplog: pytest.LogCaptureFixture) -> None:
    """Where content is off, nothing that was said is on spans, in their status, in events or in logs of ours."""
    with capture_spans(content=mode) as captured:
        MCPInstrumentor().instrument(**captured.providers)
        async with in_memory(desk()) as session:
            await session.initialize()
            await find(session)
            await session.call_tool("fail", {})
            await session.get_prompt("greet", {"name": "Doe"})
            with pytest.raises(MCPError):
                await session.get_prompt("Doe", {"name": "Doe"})
        MCPInstrumentor().uninstrument()
        spans = captured.spans()
    on_spans = str([(span.status, span.attributes, span.events) for span in spans if span.name != "prompts/get Doe"])
    told = [record.getMessage() for record in caplog.records if record.name.startswith("verspan")]
    assert not any(text in on_spans + str(told) for text in ("Doe", "on its way", "4711"))
    (refused, _) = [span for span in spans if span.name == "prompts/get Doe"]
    assert "Unknown prompt" not in str((refused.status, refused.attributes, refused.events))
    if mode is ContentMode.NO_CONTENT:
        assert [span.content for span in spans] == [{}] * len(spans)


async def test_covered(captured: CapturedTelemetry) -> None:
    """Below a framework's span of the same tool, that one has the attributes and no second client's span is made."""
    telemetry = Telemetry.for_scope("acme", "1", **captured.providers)
    async with in_memory(desk()) as session:
        await session.initialize()
        outer = OperationRun(telemetry, Operation("execute_tool", "find_order"))
        await AwaitIn(outer.context, find(session))
        outer.finish()
    spans = [span for span in captured.spans() if "find_order" in span.name]
    assert [(span.name, span.kind, span.parent) for span in spans] == [
        (CALL, "SERVER", "execute_tool find_order"),
        ("execute_tool find_order", "INTERNAL", None),
    ]
    attributes = dict(spans[1].attributes)
    for name in (semconv.JSONRPC_REQUEST_ID, semconv.MCP_PROTOCOL_VERSION):
        assert attributes.pop(name)
    assert attributes == {
        semconv.GEN_AI_OPERATION_NAME: "execute_tool",
        semconv.GEN_AI_TOOL_NAME: "find_order",
        semconv.MCP_METHOD_NAME: "tools/call",
    }
    assert semconv.METRIC_MCP_CLIENT_OPERATION_DURATION in captured.metrics()


async def test_ambient_span_is_linked(captured: CapturedTelemetry) -> None:
    """A span that is current where a request is handled, and that is not its parent, is linked."""
    tracer = captured.provider.get_tracer("app")
    with tracer.start_as_current_span("serving"):
        async with in_memory(desk()) as session:
            with tracer.start_as_current_span("turn"):
                await session.initialize()
    handled = next(span for span, _ in captured._ended if span.kind is trace.SpanKind.SERVER)
    linked = [link.context.span_id for link in handled.links]
    serving = next(span for span, _ in captured._ended if span.name == "serving")
    assert linked in ([], [serving.context.span_id])  # the newest SDK handles a request in its sender's context


def test_found_without_code() -> None:
    """It is found by its entry point, and says which versions it is made for."""
    (entry,) = entry_points(group="opentelemetry_instrumentor", name="verspan_mcp")
    assert entry.load() is MCPInstrumentor
    assert MCPInstrumentor().instrumentation_dependencies() == ["mcp<3,>=1.9"]
