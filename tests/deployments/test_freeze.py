"""Functions that their platform freezes as soon as they have answered, and never thaws."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from exporters.otlp.tests.receivers import Reply
from tests.deployments.conftest import Place

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be frozen on this system")

LONG_S = 60
AN_HOUR_S = 3600


class Function:
    """A process that is frozen but for the time in which it is called."""

    def __init__(self, place: Place) -> None:
        # Metrics too, and a collector may take its time as far as the exporters are concerned.
        variables = {"OTEL_METRICS_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_TIMEOUT": str(AN_HOUR_S)}
        command = [sys.executable, "-m", "tests.deployments.frozen"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, cwd=place.folder, env={**place.environment(), **variables}, stdin=pipe, stdout=pipe, text=True
        )

    def call(self, order: str, timeout_s: float) -> bool:
        """Call it, and freeze it at its answer; gives what its flush said."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        os.kill(self._process.pid, signal.SIGCONT)
        print(json.dumps([order, timeout_s]), file=self._process.stdin, flush=True)
        answer: bool = json.loads(self._process.stdout.readline())
        os.kill(self._process.pid, signal.SIGSTOP)
        return answer

    def kill(self) -> None:
        """End it, frozen as it is."""
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def function(place: Place) -> Iterator[Function]:
    """A function, which is killed in the end."""
    started = Function(place)
    yield started
    started.kill()


def test_frozen(place: Place, function: Function) -> None:
    """What had ended when a function flushed is delivered when it answers, and thawing it delivers nothing twice."""
    for order in ("order-1", "order-2"):
        assert function.call(order, LONG_S)
        assert place.stored() == place.collected() == place.ended()

    function.kill()
    place.drain()

    assert place.stored() == place.collected() == place.ended()


def test_collector_that_never_answers(place: Place, function: Function) -> None:
    """Its flush gives up in the time that it is given, and what it could not deliver survives that it is killed."""
    place.collector.usual = Reply(silent=True)
    answers = [function.call("order-1", 0.5), function.call("order-2", 0.5)]
    kept = place.collected()
    function.kill()
    place.collector.usual = Reply()
    place.drain()

    assert (answers, kept) == ([False, False], [])
    assert place.stored() == place.collected() == place.ended()
