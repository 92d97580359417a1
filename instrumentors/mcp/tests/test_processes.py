"""Two real processes: the server's spans are in the client's trace, and its version and its caller's are right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import propagate

from verspan import semconv
from verspan.context import ActiveVersion, set_default_version, withdraw_default_version
from verspan.propagation.propagator import carrying_version
from verspan.testing import CapturedTelemetry

from .sdk import SERVER, SINCE_2, VERSION, over_http, over_stdio

FRONT, BACK = (ActiveVersion(f"m-{digit * 32}", name) for digit, name in (("1", "front"), ("2", "desk")))
TOLD = {semconv.LOGGED_MODEL_ID: BACK.model_id, semconv.LOGGED_MODEL_CALLER_ID: FRONT.model_id}
TOOL = {
    semconv.MCP_METHOD_NAME: "tools/call",
    semconv.GEN_AI_OPERATION_NAME: "execute_tool",
    semconv.GEN_AI_TOOL_NAME: "find_order",
    semconv.LOGGED_MODEL_NAME: "desk",
}


@pytest.fixture(autouse=True)
def front() -> Iterator[None]:
    """The caller's version, and a propagator that carries it."""
    before = propagate.get_global_textmap()
    propagate.set_global_textmap(carrying_version(before))
    set_default_version(FRONT)
    yield
    withdraw_default_version(FRONT)
    propagate.set_global_textmap(before)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What the server's process is told."""
    return {"SPANS": str(tmp_path / "spans.jsonl"), "OWN_VERSION": BACK.model_id}


def spans_of(environment: dict[str, str]) -> dict[str, Any]:
    """What the server's process wrote, by name."""
    lines = Path(environment["SPANS"]).read_text("utf-8").splitlines()
    return {span["name"]: span for span in map(json.loads, lines)}


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    """The address of a server by HTTP."""
    command = [sys.executable, str(SERVER), "http"]
    with subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/mcp"
        process.terminate()


def assert_below(server: dict[str, Any], captured: CapturedTelemetry, attributes: dict[str, Any]) -> None:
    """Fail unless the tool's span at the server is below the client's, with these attributes besides the usual."""
    (sent,) = [span for span, _ in captured._ended if span.name == "tools/call find_order"]
    handled, work = server["tools/call find_order"], server["work"]
    assert handled["context"]["trace_id"] == work["context"]["trace_id"] == f"0x{sent.context.trace_id:032x}"
    assert handled["parent_id"] == f"0x{sent.context.span_id:016x}"
    assert work["parent_id"] == handled["context"]["span_id"]
    found = handled["attributes"]
    for name in (semconv.MCP_PROTOCOL_VERSION, semconv.JSONRPC_REQUEST_ID):
        assert found.pop(name) == (sent.attributes or {})[name]
    assert found == {**TOOL, **attributes}
    assert work["attributes"][semconv.LOGGED_MODEL_ID] == BACK.model_id


async def test_stdio(captured: CapturedTelemetry, environment: dict[str, str]) -> None:
    """By pipes, trace and version go to the server's process; the functions that connect were imported before."""
    async with over_stdio(environment) as session:
        await session.initialize()
        await session.call_tool("find_order", {"number": 4711})
    assert_below(spans_of(environment), captured, {**TOLD, semconv.NETWORK_TRANSPORT: "pipe"})
    sent = captured.spans()[-1].attributes
    assert sent[semconv.NETWORK_TRANSPORT] == "pipe"
    assert sent[semconv.LOGGED_MODEL_ID] == FRONT.model_id


async def test_streamable_http(captured: CapturedTelemetry, environment: dict[str, str]) -> None:
    """By HTTP to a host of the user's own likewise, and each side knows the session and the other's address."""
    with serving(environment) as url:
        async with over_http(url) as session:
            await session.initialize()
            await session.call_tool("find_order", {"number": 4711})
    sent = next(span.attributes for span in captured.spans() if span.name == "tools/call find_order")
    assert sent[semconv.NETWORK_TRANSPORT] == "tcp"
    assert f"http://{sent[semconv.SERVER_ADDRESS]}:{sent[semconv.SERVER_PORT]}/mcp" == url
    server = spans_of(environment)
    found = server["tools/call find_order"]["attributes"]
    by_http = {}
    if VERSION != "1.9.0":  # which tells its server nothing of the request
        assert isinstance(found.pop(semconv.CLIENT_PORT), int)
        by_http = {
            semconv.NETWORK_TRANSPORT: "tcp",
            semconv.NETWORK_PROTOCOL_NAME: "http",
            semconv.NETWORK_PROTOCOL_VERSION: "1.1",
            semconv.CLIENT_ADDRESS: "127.0.0.1",
            semconv.MCP_SESSION_ID: sent[semconv.MCP_SESSION_ID],
        }
    assert_below(server, captured, {**TOLD, **by_http})


async def test_not_told(
    captured: CapturedTelemetry, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where requests are to stay as they are, they tell nothing, neither ours nor the SDK's own."""
    from verspan_mcp import MCPInstrumentor

    monkeypatch.setenv(semconv.ENV_MCP_PROPAGATE, "false")
    MCPInstrumentor().uninstrument()
    MCPInstrumentor().instrument(**captured.providers)
    async with over_stdio(environment) as session:
        await session.initialize()
        await session.call_tool("find_order", {"number": 4711})
    handled = spans_of(environment)["tools/call find_order"]
    assert handled["parent_id"] is None
    assert semconv.LOGGED_MODEL_CALLER_ID not in handled["attributes"]
    assert SINCE_2 or handled["links"] == []
