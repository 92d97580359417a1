"""Where deployed applications send their spans: a local store and a collector, both of which are then asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from exporters.otlp.tests.receivers import Receiver, receiving_http
from tests.processes import Ended, clean_environment, run

from verspan.cli.opening import required_store
from verspan.semconv import LOGGED_MODEL_NAME, SPAN_REGISTERED
from verspan.traces.model import TraceQuery

ROOT = Path(__file__).parents[2]
Told = list[tuple[str, str]]
"""Spans by name and version, sorted."""


@dataclass(frozen=True)
class Place:
    """A folder with a store and a spool, and a collector."""

    folder: Path
    collector: Receiver

    def variables(self) -> dict[str, str]:
        """What an application's environment has besides that of any."""
        return {
            "SHOP_ENDED": str(self.folder / "ended"),
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder),
            "VERSPAN_STORE": str(self.folder / "store.db"),
            "VERSPAN_EXPORTERS": "local,otlp",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.collector.endpoint,
            "OTEL_METRICS_EXPORTER": "none",
        }

    def environment(self) -> dict[str, str]:
        """The whole environment of an application."""
        return {**clean_environment(), **self.variables()}

    def ended(self) -> Told:
        """The spans that have ended."""
        lines = (self.folder / "ended").read_text(encoding="utf-8").splitlines()
        return sorted((name, version) for name, version in map(str.split, lines))

    def stored(self) -> Told:
        """The spans that the store has."""
        with required_store(str(self.folder / "store.db")) as store:
            found = [store.get_trace(summary.trace_id) for summary in store.find_traces(TraceQuery(limit=5000)).traces]
        spans = [stored.span for trace in found if trace for stored in trace.spans]
        return sorted((span.name, str(span.attributes[LOGGED_MODEL_NAME])) for span in spans)

    def collected(self) -> Told:
        """The spans that the collector has taken, each as often as it was given."""
        spans = [span for span in self.collector.spans() if span["name"] != SPAN_REGISTERED]
        return sorted((span["name"], _version_of(span["attributes"])) for span in spans)

    def drain(self) -> Ended:
        """Deliver by hand what dead processes left."""
        command = (sys.executable, "-m", "verspan.cli", "spool", "drain", "--timeout", "60")
        done = run(*command, folder=self.folder, **self.variables())
        assert done.code == 0, done.log
        return done


def _version_of(attributes: list[dict[str, Any]]) -> str:
    (version,) = [each["value"]["string_value"] for each in attributes if each["key"] == LOGGED_MODEL_NAME]
    return str(version)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A place of the test's own; its collector takes everything unless it is told otherwise."""
    with receiving_http() as collector:
        yield Place(tmp_path, collector)


needs_processes_that_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
