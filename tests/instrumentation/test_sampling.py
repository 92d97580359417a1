"""A call whose span is not sampled: nothing of what it says is read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.context import attach, detach
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from verspan.settings import ContentMode
from verspan.testing import capture_spans

from .acme import AcmeAdapter, Client
from .conftest import wrapped_client


class Observed(AcmeAdapter):
    """An adapter that remembers whether it was asked for content."""

    def __init__(self) -> None:
        self.with_content: list[bool] = []

    def snapshot_request(
        self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, content: bool
    ) -> bytes:
        self.with_content.append(content)
        return super().snapshot_request(instance, args, kwargs, content=content)


def stream(client: Client) -> None:
    """Read a stream to its end."""
    list(client.ask("secret", stream=True))


def fail(client: Client) -> None:
    """Have a call fail."""
    with pytest.raises(RuntimeError):
        client.ask("fail")


CALLS: list[Callable[[Client], Any]] = [
    lambda client: client.ask("secret"),
    stream,
    fail,
    lambda client: asyncio.run(client.ask_async("secret")),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("sampler", [ALWAYS_OFF, TraceIdRatioBased(0.0), ParentBased(ALWAYS_ON)])
def test_unsampled(sampler: Sampler, call: Callable[[Client], Any]) -> None:
    """Neither a sampler that says no nor the caller's "no" has content read, kept or sent, and the call goes on."""
    adapter = Observed()
    unsampled = NonRecordingSpan(SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags.get_default()))
    token = attach(set_span_in_context(unsampled))
    try:
        with capture_spans(content=ContentMode.SPAN_AND_EVENT, sampler=sampler) as captured:
            call(wrapped_client(adapter, captured))
            assert captured.spans() == []
            told = repr(captured.events())
    finally:
        detach(token)
    assert True not in adapter.with_content
    assert not any(word in told for word in ("secret", "one two", "acme is closed"))


def test_sampled_parent() -> None:
    """A caller's "yes" has the call recorded, whatever the sampler of a trace's root would say."""
    sampled = NonRecordingSpan(SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)))
    with capture_spans(sampler=ParentBased(ALWAYS_OFF)) as captured, trace.use_span(sampled):
        wrapped_client(AcmeAdapter(), captured).ask("hello")
        (span,) = captured.spans()
    assert (span.parent, "hello" in span.content["gen_ai.input.messages"]) == ("(elsewhere)", True)
