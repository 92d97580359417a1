"""Stores on disk and providers that write to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from verspan.store.opening import open_store
from verspan.traces.model import TraceQuery
from verspan_local import LocalSpanProcessor


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "traces" / "verspan.db"


@pytest.fixture
def stored_names(store_file: Path) -> Callable[[], list[str]]:
    """Gives the names of all spans in the store, sorted."""

    def names() -> list[str]:
        store = open_store(f"sqlite:///{store_file}", create=False)
        found = [store.get_trace(trace.trace_id) for trace in store.find_traces(TraceQuery(limit=5000)).traces]
        store.close()
        return sorted(stored.span.name for trace in found if trace is not None for stored in trace.spans)

    return names


@pytest.fixture
def processor(store_file: Path) -> Iterator[LocalSpanProcessor]:
    """A processor that writes there."""
    made = LocalSpanProcessor(f"sqlite:///{store_file}")
    yield made
    made.shutdown()


@pytest.fixture
def provider(processor: LocalSpanProcessor) -> TracerProvider:
    """An application's provider, whose spans the processor keeps."""
    made = TracerProvider(resource=Resource({"service.name": "support"}), shutdown_on_exit=False)
    made.add_span_processor(processor)
    return made


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of OpenTelemetry's or Verspan's."""
    for name in [name for name in os.environ if name.startswith(("OTEL_", "VERSPAN_"))]:
        monkeypatch.delenv(name)
