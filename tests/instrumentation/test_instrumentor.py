"""What every instrumentor says about the client versions it is made for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.instrumentor import Instrumentor

from .acme import AcmeAdapter


class _ForOpenAI(Instrumentor):
    distribution = "verspan-openai"
    methods = ()

    def adapters(self) -> Sequence[CallAdapter]:
        return (AcmeAdapter(),)


def test_dependencies() -> None:
    """The range of client versions is read from the member's ``instruments`` extra and holds nothing else."""
    (required,) = _ForOpenAI().instrumentation_dependencies()
    assert Requirement(required).name == "openai"


def test_unsupported(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A client outside the range is instrumented all the same, and one line says that spans may lack something."""
    installed = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "99.0" if name == "openai" else installed(name))
    with caplog.at_level(logging.WARNING):
        _ForOpenAI().instrument()
    assert _ForOpenAI().is_instrumented
    _ForOpenAI().uninstrument()
    assert "and 99.0 is installed" in caplog.text


def test_state_is_the_class_s() -> None:
    """Another object of the class can undo what one did."""
    _ForOpenAI().instrument()
    _ForOpenAI().uninstrument()
    assert not _ForOpenAI().is_instrumented
