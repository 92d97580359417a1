"""What every instrumentor says about the client versions it is made for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.instrumentor import BaseInstrumentor, Instrumentor
from verspan.instrumentation.telemetry import Telemetry

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


class _SlowToStart(BaseInstrumentor):
    distribution = "verspan-openai"
    threads: list[threading.Thread]
    started = 0

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        cls = type(self)
        cls.started += 1
        if cls.started == 1:
            another = threading.Thread(target=_SlowToStart().instrument)
            another.start()
            another.join(0.1)  # ends at once where nothing keeps it from starting too
            cls.threads = [another]
        return lambda: None


def test_two_threads() -> None:
    """A thread that instruments while another is about to does nothing, so that no call has two spans."""
    _SlowToStart().instrument()
    _SlowToStart.threads[0].join()
    assert _SlowToStart.started == 1
    _SlowToStart().uninstrument()
