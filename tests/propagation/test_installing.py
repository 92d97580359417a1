"""The process's propagator carries the version, whoever has set it and whenever; each program in its own process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.processes import Ended, run_program

from verspan.versions.identity import model_id_for

V1 = f"logged_model.id={model_id_for('shop', 'v1')},logged_model.name=v1"
Run = Callable[..., Ended]

BEGIN = """
import verspan
from opentelemetry import trace

def send(inject):
    tracer = trace.get_tracer("shop")
    headers = {}
    with tracer.start_as_current_span("GET", kind=trace.SpanKind.CLIENT, attributes={"server.address": "back"}):
        inject(headers)
    print(headers.get("baggage"), "traceparent" in headers, "b3" in headers)

verspan.set_experiment("shop")
verspan.set_active_model(name="v1")
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Gives what becomes of a program; its spans are stored nowhere."""

    def run(program: str, **variables: str) -> Ended:
        return run_program(BEGIN + program, tmp_path, **{"VERSPAN_EXPORTERS": "none", **variables})

    return run


def test_instrumentations_of_any_age(run: Run) -> None:
    """Those that took OpenTelemetry's functions before Verspan was set up carry the version as later ones do."""
    done = run("""
from opentelemetry.propagate import get_global_textmap, inject
early = (inject, lambda headers: get_global_textmap().inject(headers))
verspan.autolog()
verspan.configure(content="NO_CONTENT")
from opentelemetry import propagate
for each in (*early, propagate.inject, propagate.get_global_textmap().inject):
    send(each)
""")
    assert (done.code, done.log) == (0, "")
    assert done.output.splitlines() == [f"{V1} True False"] * 4


@pytest.mark.parametrize("when", ["before", "after"])
def test_applications_own(run: Run, when: str) -> None:
    """A propagator that the application sets is kept, before Verspan is set up or after, by whichever name."""
    own = """
class Own(TraceContextTextMapPropagator):
    def inject(self, carrier, context=None, setter=default_setter):
        setter.set(carrier, "b3", "1")

set_global_textmap(CompositePropagator([Own(), W3CBaggagePropagator()]))
"""
    begin = """
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.propagate import inject, set_global_textmap
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.propagators.textmap import default_setter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
"""
    set_up = "verspan.autolog()"
    done = run("\n".join([begin, *((own, set_up) if when == "before" else (set_up, own)), "send(inject)"]))
    assert (done.code, done.log, done.output) == (0, "", f"{V1} False True\n")


def test_settings_in_force(run: Run) -> None:
    """What is configured last decides, arguments before the environment."""
    done = run(
        """
from opentelemetry.propagate import inject
verspan.autolog()
send(inject)
verspan.configure(propagate_to=["back"])
send(inject)
verspan.configure(propagate_to=[])
send(inject)
""",
        VERSPAN_PROPAGATE_TO="*.example.com",
    )
    assert done.output.splitlines() == ["None True False", f"{V1} True False", "None True False"]


def test_without_configuring(run: Run) -> None:
    """``OTEL_PROPAGATORS=verspan`` is enough for a process that does not configure Verspan."""
    done = run(
        """
from opentelemetry.propagate import inject
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
send(inject)
""",
        OTEL_PROPAGATORS="tracecontext,verspan",
    )
    assert (done.code, done.log, done.output) == (0, "", f"{V1} True False\n")


def test_sdk_disabled(run: Run) -> None:
    """With ``OTEL_SDK_DISABLED`` OpenTelemetry's propagators are as they were."""
    done = run(
        """
verspan.configure()
from opentelemetry import propagate
print(type(propagate.get_global_textmap()).__name__)
""",
        OTEL_SDK_DISABLED="true",
    )
    assert (done.code, done.log, done.output) == (0, "", "CompositePropagator\n")
