"""pytest's plugin: it runs tests that ``@verspan.eval`` made, and tells at the end what they came to.

pytest loads it where Verspan is installed; it imports nothing of Verspan until a test is one of these. What a test came
to goes with its report as properties, so that JUnit has it, and the process that pytest-xdist collects reports in, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

_MARK = "verspan_evaluation"
_PREFIX = "verspan."


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run such a test, and keep what it came to, whether it passes or not."""
    evaluation = getattr(pyfuncitem.obj, _MARK, None)
    if evaluation is None:
        return None
    outcome = evaluation.run()
    pyfuncitem.user_properties.extend(outcome.properties())
    outcome.check()
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what each evaluation came to."""
    lines = [line for report in _evaluated(terminalreporter) for line in _told(report)]
    if lines:
        terminalreporter.write_sep("=", "verspan evaluations")
    for line in lines:
        terminalreporter.write_line(line)


def _evaluated(terminalreporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    reports = [
        report
        for outcome in ("passed", "failed", "skipped")
        for report in terminalreporter.getreports(outcome)
        if isinstance(report, pytest.TestReport) and report.when == "call" and _properties(report)
    ]
    return sorted(reports, key=lambda report: report.nodeid)


def _properties(report: pytest.TestReport) -> dict[str, Any]:
    named = ((str(name), value) for name, value in report.user_properties)
    return {name.removeprefix(_PREFIX): value for name, value in named if name.startswith(_PREFIX)}


def _told(report: pytest.TestReport) -> Iterator[str]:
    found = _properties(report)
    cost = f", ${found['cost_usd']:.4f}" if "cost_usd" in found else ""
    verdict = f", gate: {found['verdict']}" if "verdict" in found else ""
    yield f"{report.nodeid}: {found.get('rows')} rows, {found.get('failures')} failed{cost}{verdict}"
    for name, value in found.items():
        if name.startswith("metric."):
            yield f"  {name.removeprefix('metric.')}: {value:.4g}"
