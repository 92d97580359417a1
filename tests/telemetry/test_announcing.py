"""Versions' records leave as spans, whatever the sampler."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBasedTraceIdRatio, Sampler, TraceIdRatioBased

from verspan.context import ActiveVersion, set_default_version, withdraw_default_version
from verspan.processor import VersionSpanProcessor
from verspan.telemetry.announcing import Announcer
from verspan.telemetry.registered import registered_attributes
from verspan.tracing.notes import last_ended_trace
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import GitState, LoggedModel

MODEL = LoggedModel(
    model_id_for("shop", "v1"), "v1", experiment_id_for("shop"), "shop", 5, 7, git=GitState("c" * 40, "main")
)


@pytest.fixture
def announced() -> Callable[[Sampler], list[ReadableSpan]]:
    """Gives the spans that come of announcing the version through a provider with a sampler."""

    def announce(sampler: Sampler) -> list[ReadableSpan]:
        memory = InMemorySpanExporter()
        provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
        provider.add_span_processor(VersionSpanProcessor())
        provider.add_span_processor(SimpleSpanProcessor(memory))
        Announcer(provider, ()).announce(MODEL)
        provider.shutdown()
        return list(memory.get_finished_spans())

    return announce


@pytest.mark.parametrize("sampler", [ALWAYS_ON, TraceIdRatioBased(0.05), ParentBasedTraceIdRatio(0.05)])
def test_sampled(announced: Callable[[Sampler], list[ReadableSpan]], sampler: Sampler) -> None:
    """A version is announced once, in a trace of its own, also where few traces are taken."""
    (span,) = announced(sampler)
    assert (span.name, span.parent, span.attributes) == ("logged_model.registered", None, registered_attributes(MODEL))


def test_no_traces_wanted(announced: Callable[[Sampler], list[ReadableSpan]]) -> None:
    """A sampler that takes nothing takes no version either."""
    assert announced(ALWAYS_OFF) == []


def test_beside_another_version(announced: Callable[[Sampler], list[ReadableSpan]]) -> None:
    """The span carries the version that it tells of, whichever is active, and is nobody's last trace."""
    other = ActiveVersion("m-other", "other")
    set_default_version(other)
    before = last_ended_trace(thread_local=False)
    (span,) = announced(ALWAYS_ON)
    withdraw_default_version(other)
    assert span.attributes == registered_attributes(MODEL)
    assert last_ended_trace(thread_local=False) == before
