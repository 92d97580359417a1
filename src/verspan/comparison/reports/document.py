"""A comparison as JSON for programs.

The document has the keys ``schema`` (``verspan.comparison/1``), ``verdict`` (of the gate; ``null`` without one),
``checks`` (``metric``, ``verdict``, ``demand``, ``found``, ``reason``; empty without a gate) and ``comparison``, which
is what ``verspan compare --json`` prints. Fields are added within a schema, never renamed; an infinite end of an
interval is null.
"""

from __future__ import annotations

from verspan.cli.documents import as_json
from verspan.comparison.reports.saying import Report

SCHEMA = "verspan.comparison/1"


def json_report(report: Report) -> str:
    """The report as JSON."""
    gate = report.gate
    document = {
        "schema": SCHEMA,
        "verdict": None if gate is None else gate.verdict,
        "checks": [] if gate is None else gate.checks,
        "comparison": report.comparison,
    }
    return as_json(document) + "\n"
