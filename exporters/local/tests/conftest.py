"""Stores on disk and providers that write to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from verspan_local import LocalSpanProcessor


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "traces" / "verspan.db"


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
    """No variable of OpenTelemetry's."""
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
