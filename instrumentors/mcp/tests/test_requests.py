"""Requests of every kind: a span where they are sent, and below it one where they are handled."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import HistogramDataPoint

from verspan import semconv
from verspan.testing import CapturedTelemetry
from verspan_mcp._results import tool_result

from .described import Described, described
from .desk import desk
from .sdk import SINCE_2, MCPError, in_memory, types

UNSET = ("UNSET", None)


def both(name: str, **said: Any) -> list[Described]:
    """The two spans of a request that is sent at the root."""
    server = Described(name, "SERVER", name, UNSET, {}, {})._replace(**said)
    return [server, server._replace(kind="CLIENT", parent=None)]


async def test_tool(captured: CapturedTelemetry) -> None:
    """A call of a tool has its name, what it was given and what it gave; the tool's own spans are below."""
    tracer = captured.provider.get_tracer("desk")
    async with in_memory(desk(tracer)) as session:
        await session.initialize()
        await session.call_tool("find_order", {"number": 4711})
    spans = [span for span in captured.spans() if "list" not in span.name and "initialize" not in span.name]
    assert described(spans) == both(
        "tools/call find_order",
        attributes={semconv.GEN_AI_OPERATION_NAME: "execute_tool", semconv.GEN_AI_TOOL_NAME: "find_order"},
        content={
            semconv.GEN_AI_TOOL_CALL_ARGUMENTS: {"number": 4711},
            semconv.GEN_AI_TOOL_CALL_RESULT: {"content": [{"type": "text", "text": "order 4711 is on its way"}]},
        },
    )
    assert [(span.name, span.parent) for span in spans if span.name == "work"] == [("work", "tools/call find_order")]
    assert captured.unfinished() == 0


async def test_failed_tool(captured: CapturedTelemetry) -> None:
    """A tool that failed is an error on both sides, whose text is content."""
    async with in_memory(desk()) as session:
        await session.initialize()
        result = await session.call_tool("fail", {})
    spans = [span for span in described(captured.spans()) if span.name == "tools/call fail"]
    text = result.content[0].text
    assert spans == both(
        "tools/call fail",
        status=("ERROR", "tool_error"),
        attributes={
            semconv.GEN_AI_OPERATION_NAME: "execute_tool",
            semconv.GEN_AI_TOOL_NAME: "fail",
            semconv.ERROR_TYPE: "tool_error",
        },
        content={
            semconv.GEN_AI_TOOL_CALL_ARGUMENTS: {},
            semconv.GEN_AI_TOOL_CALL_RESULT: {"content": [{"type": "text", "text": text}], "isError": True},
            semconv.EXCEPTION_MESSAGE: text,
        },
    )


async def test_prompt_and_resource(captured: CapturedTelemetry) -> None:
    """A prompt has its variables, which are content, and a resource where it is."""
    async with in_memory(desk()) as session:
        await session.initialize()
        await session.get_prompt("greet", {"name": "Bo"})
        await session.read_resource("orders://4711")
    prompt, resource = (
        both(
            "prompts/get greet",
            attributes={semconv.GEN_AI_PROMPT_NAME: "greet"},
            content={f"{semconv.GEN_AI_PROMPT_VARIABLE_PREFIX}name": "Bo"},
        ),
        both("resources/read", attributes={semconv.MCP_RESOURCE_URI: "orders://4711"}),
    )
    assert described(captured.spans())[2:] == [*prompt, *resource]


async def test_refusal(captured: CapturedTelemetry) -> None:
    """What the caller got wrong is its error and none of the server's."""
    async with in_memory(desk()) as session:
        await session.initialize()
        with pytest.raises(MCPError):
            await _complete(session)
    server, client = described(captured.spans())[2:]
    assert (server.kind, server.status) == ("SERVER", UNSET)
    assert server.attributes == {semconv.RPC_RESPONSE_STATUS_CODE: "-32601"}
    assert (client.kind, client.status) == ("CLIENT", ("ERROR", "-32601"))
    assert client.attributes == {semconv.RPC_RESPONSE_STATUS_CODE: "-32601", semconv.ERROR_TYPE: "-32601"}
    assert client.content == {semconv.EXCEPTION_MESSAGE: "Method not found"}


async def _complete(session: Any) -> object:
    """Ask for a completion, which the desk does not offer."""
    prompt = types.PromptReference(type="ref/prompt", name="greet")
    return await session.complete(prompt, {"name": "name", "value": "B"})


async def test_ping(captured: CapturedTelemetry) -> None:
    """A ping, and what is only notified, has no span."""
    async with in_memory(desk()) as session:
        await session.initialize()
        await session.send_ping()
    assert [span.name for span in captured.spans()] == ["initialize", "initialize"]


@pytest.mark.filterwarnings("ignore:The sampling capability is deprecated")
async def test_request_of_the_server(captured: CapturedTelemetry) -> None:
    """What a server asks of its client while it handles a request is below that request, on both sides."""
    async with in_memory(desk(), sampling_callback=_answer) as session:
        await session.initialize()
        await session.call_tool("ask", {})
    spans = [span for span in described(captured.spans()) if span.name in ("tools/call ask", "sampling/createMessage")]
    assert [(span.name, span.kind, span.parent) for span in spans] == [
        ("sampling/createMessage", "SERVER", "sampling/createMessage"),
        ("sampling/createMessage", "CLIENT", "tools/call ask"),
        ("tools/call ask", "SERVER", "tools/call ask"),
        ("tools/call ask", "CLIENT", None),
    ]


async def _answer(_context: object, _params: object) -> object:
    text = types.TextContent(type="text", text="Here.")
    return types.CreateMessageResult(role="assistant", content=text, model="m")


async def test_metrics(captured: CapturedTelemetry) -> None:
    """Requests and sessions are measured on each side, in the conventions' buckets."""
    async with in_memory(desk()) as session:
        await session.initialize()
        await session.call_tool("fail", {})
    measured = captured.metrics()
    assert set(measured) == {
        semconv.METRIC_MCP_CLIENT_OPERATION_DURATION,
        semconv.METRIC_MCP_SERVER_OPERATION_DURATION,
        semconv.METRIC_MCP_CLIENT_SESSION_DURATION,
        semconv.METRIC_MCP_SERVER_SESSION_DURATION,
    }
    points = measured[semconv.METRIC_MCP_CLIENT_OPERATION_DURATION].data.data_points
    labels = [{**(point.attributes or {})} for point in points]
    (call,) = [found for found in labels if found[semconv.MCP_METHOD_NAME] == "tools/call"]
    assert call.pop(semconv.MCP_PROTOCOL_VERSION)
    assert call == {
        semconv.MCP_METHOD_NAME: "tools/call",
        semconv.GEN_AI_OPERATION_NAME: "execute_tool",
        semconv.GEN_AI_TOOL_NAME: "fail",
        semconv.ERROR_TYPE: "tool_error",
    }
    assert isinstance(points[0], HistogramDataPoint)
    assert tuple(points[0].explicit_bounds) == semconv.MCP_DURATION_BUCKETS


def test_media() -> None:
    """An image in a tool's result is told by its size and digest where it is large."""
    image = {"type": "image", "data": "A" * 8000, "mimeType": "image/png"}
    found = tool_result({"content": [{"type": "text", "text": "Here."}, image], "_meta": {"k": 1}})
    assert found["content"][0] == {"type": "text", "text": "Here."}
    assert {name: found["content"][1][name] for name in ("type", "modality", "byte_length")} == {
        "type": "blob_reference",
        "modality": "image",
        "byte_length": 6000,
    }


@pytest.mark.skipif(not SINCE_2, reason="the SDK before 2.0 has no client of this kind")
async def test_without_a_handshake(captured: CapturedTelemetry) -> None:
    """The protocol of 2026, which has no handshake, and a server in the client's own process give the same spans."""
    client = import_module("mcp.client.client").Client(desk())
    async with client as session:
        await session.call_tool("find_order", {"number": 4711})
    spans = [span for span in captured.spans() if span.name == "tools/call find_order"]
    assert [(span.kind, span.parent, span.status) for span in spans] == [
        ("SERVER", "tools/call find_order", UNSET),
        ("CLIENT", None, UNSET),
    ]
