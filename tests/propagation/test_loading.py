"""An application whose ``OTEL_PROPAGATORS`` is misspelled goes on, however Verspan is started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.processes import run, run_program

VERSPAN = Path(sys.executable).with_name("verspan")
VARIABLES = {"VERSPAN_EXPORTERS": "local", "VERSPAN_STORE": "traces.db"}
LINE = (
    "OTEL_PROPAGATORS=nonsense cannot be used, and OpenTelemetry's usual propagators are: tracecontext and baggage "
    "(Propagator nonsense not found. It is either misspelled or not installed.). "
    "Mend the variable, or install what it names.\n"
)
APPLICATION = """
import os
import verspan
from opentelemetry import propagate

with verspan.start_span("visit"):
    print(sorted(propagate.get_global_textmap().fields), os.environ["OTEL_PROPAGATORS"])
print(verspan.flush(), len(verspan.search_traces()))
"""
PRINTED = "['baggage', 'traceparent', 'tracestate'] nonsense\nTrue 1\n"


@pytest.mark.parametrize("begin", ["import verspan\nverspan.autolog()", "import verspan_openai"])
def test_by_code(begin: str, tmp_path: Path) -> None:
    """The usual propagators stand in, one line says so, and spans are recorded."""
    done = run_program(begin + APPLICATION, tmp_path, OTEL_PROPAGATORS="nonsense", **VARIABLES)

    assert (done.code, done.output, done.log) == (0, PRINTED, LINE)


def test_verspan_run(tmp_path: Path) -> None:
    """An application that ``verspan run`` starts goes on likewise; the command itself says the same before."""
    (tmp_path / "app.py").write_text(APPLICATION, encoding="utf-8")
    command = (str(VERSPAN), "run", sys.executable, "app.py")

    done = run(*command, folder=tmp_path, OTEL_PROPAGATORS="nonsense", **VARIABLES)

    assert (done.code, done.output, set(done.log.splitlines(keepends=True))) == (0, PRINTED, {LINE})


def test_nothing_is_loaded_without_need(tmp_path: Path) -> None:
    """Where the variable is not set, importing Verspan loads nothing of OpenTelemetry."""
    program = "import sys, verspan\nprint([name for name in sys.modules if name.startswith('opentelemetry')])"

    assert run_program(program, tmp_path).output == "[]\n"
