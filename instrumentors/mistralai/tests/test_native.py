"""The spans that newer clients make themselves: none while this instrumentor makes its own."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.replay import ReplayServer

from verspan_mistralai import MistralAIInstrumentor

from .asking import Client, ask
from .interactions import case

observability = pytest.importorskip("mistralai.extra.observability", reason="this version makes no spans itself")
if not hasattr(observability, "set_tracer_provider"):
    pytest.skip("this version is not told to make spans", allow_module_level=True)


def _names(server: ReplayServer, *, instrumented: bool) -> list[str]:
    """The spans of a call, whose client was told to make its own."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    mount = server.mount([case("text")])
    client = Client.at(mount.url, asynchronous=False)
    observability.set_tracer_provider(client.client, provider)
    if instrumented:
        MistralAIInstrumentor().instrument(tracer_provider=provider)
    ask(client, case("text"))
    MistralAIInstrumentor().uninstrument()
    client.close()
    provider.shutdown()
    return [span.name for span in exporter.get_finished_spans()]


def test_one_span(server: ReplayServer) -> None:
    """A call of an instrumented client that makes spans itself is one span."""
    assert _names(server, instrumented=True) == ["chat mistral-small-latest"]


def test_native_again(server: ReplayServer) -> None:
    """Uninstrumented, the client makes its own spans as it did."""
    assert _names(server, instrumented=False) == ["chat mistral-small-latest"]
