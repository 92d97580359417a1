"""Every way in which a request can end, sessions side by side, and what is left of them: nothing."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from verspan import semconv
from verspan.context import ActiveVersion, with_active_version
from verspan.instrumentation.stepping import AwaitIn
from verspan.testing import CapturedTelemetry
from verspan_mcp._connections import Connections

from .desk import desk
from .sdk import SINCE_2, MCPError, in_memory


def calls(captured: CapturedTelemetry) -> list[tuple[str, str | None]]:
    """Kind and error of each call of a tool."""
    spans = [span for span in captured.spans() if span.name.startswith("tools/call")]
    return sorted((span.kind, span.attributes.get(semconv.ERROR_TYPE)) for span in spans)


async def test_timeout(captured: CapturedTelemetry) -> None:
    """A request that is given up is an error where it was sent; where it is handled it ends with the session."""
    limit: Any = 0.05 if SINCE_2 else timedelta(seconds=0.05)
    async with in_memory(desk()) as session:
        await session.initialize()
        with pytest.raises(MCPError) as raised:
            await session.call_tool("wait", {}, read_timeout_seconds=limit)
    code = str(raised.value.error.code)  # type: ignore[attr-defined]  # the SDK's own
    assert ("CLIENT", code) in calls(captured)
    assert captured.unfinished() == 0


async def test_cancellation(captured: CapturedTelemetry) -> None:
    """A request whose caller is cancelled ends at once where it was sent, and with the session where it is handled."""
    waiting = asyncio.Event()
    async with in_memory(desk(waits=waiting.set)) as session:
        await session.initialize()
        calling = asyncio.ensure_future(session.call_tool("wait", {}))
        await waiting.wait()
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
    assert ("CLIENT", "CancelledError") in calls(captured)
    assert ("SERVER", "CancelledError") in calls(captured)
    assert captured.unfinished() == 0


async def test_side_by_side(captured: CapturedTelemetry) -> None:
    """Requests of several sessions at once each have their own parent and their own version."""
    tracer = captured.provider.get_tracer("app")

    async def turn(name: str) -> None:
        with tracer.start_as_current_span(name):
            async with in_memory(desk()) as session:
                await session.initialize()
                await asyncio.gather(*(session.call_tool("find_order", {"number": n}) for n in range(3)))

    versions = [ActiveVersion(f"m-{digit * 32}", name) for digit, name in (("1", "red"), ("2", "blue"))]
    await asyncio.gather(*(AwaitIn(with_active_version(version), turn(str(version.name))) for version in versions))
    clients = [span for span in captured.spans() if span.kind == "CLIENT" and span.name == "tools/call find_order"]
    assert Counter((span.parent, span.attributes[semconv.LOGGED_MODEL_NAME]) for span in clients) == {
        ("red", "red"): 3,
        ("blue", "blue"): 3,
    }


async def test_nothing_kept(captured: CapturedTelemetry) -> None:
    """After requests and sessions are over, nothing that they were is held."""
    kinds = ("Exchange", "OperationRun", "ClientSession", "_CarryingRequest")

    def alive() -> Counter[str]:
        gc.collect()
        return Counter(name for found in gc.get_objects() if (name := type(found).__name__) in kinds)

    before = alive()
    async with in_memory(desk()) as session:
        await session.initialize()
        for number in range(5):
            await session.call_tool("find_order", {"number": number})
    del session
    assert captured.unfinished() == 0
    await asyncio.sleep(0)
    assert alive() == before


def test_connections_are_forgotten() -> None:
    """What is known of a stream goes with the stream."""

    class Stream:
        pass

    connections, stream = Connections(), Stream()
    connections.keep(stream, object())  # type: ignore[arg-type]  # whatever it is
    del stream
    gc.collect()
    assert len(connections._known) == 0
