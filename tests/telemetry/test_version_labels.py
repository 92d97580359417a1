"""The version as an attribute of metrics."""

from __future__ import annotations

import logging

import pytest

from verspan.context import ActiveVersion
from verspan.telemetry.version_labels import VersionLabels

OVERFLOW = {"logged_model.id": "overflow", "logged_model.name": "overflow", "otel.metric.overflow": True}


def test_known() -> None:
    """A version has its id and, where that is known, its name; no version has neither."""
    labels = VersionLabels()
    assert labels.of(ActiveVersion("m-1", "v1")) == {"logged_model.id": "m-1", "logged_model.name": "v1"}
    assert labels.of(ActiveVersion("m-2")) == {"logged_model.id": "m-2"}
    assert labels.of(None) == {}


def test_bounded(caplog: pytest.LogCaptureFixture) -> None:
    """Versions beyond the most share one set of attributes, those before keep theirs, and one line says so."""
    caplog.set_level(logging.WARNING)
    labels = VersionLabels(most=2)
    made = [labels.of(ActiveVersion(f"m-{number}")) for number in range(1000)]
    assert made == [{"logged_model.id": "m-0"}, {"logged_model.id": "m-1"}] + [OVERFLOW] * 998
    assert labels.of(ActiveVersion("m-1")) == {"logged_model.id": "m-1"}
    assert labels.of(None) == {}
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == (
        "Metrics tell no more than 2 versions of a process apart: those of further ones are added up with "
        "logged_model.name=overflow. Spans carry their own version all the same."
    )
