"""A comparison of two runs with everything that a report can tell, untrusted texts included."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from tests.gating.comparisons import difference, metric

from verspan.assessments.model import AssessmentError, Feedback
from verspan.comparison.model import (
    Basis,
    Comparison,
    Difference,
    Direction,
    Interval,
    RowComparison,
    RowScore,
    RowVerdict,
)
from verspan.comparison.reports.saying import Report
from verspan.diffing.model import (
    Changed,
    CodeDiff,
    CodeSummary,
    FileDiff,
    FileEntry,
    FileStatus,
    Hunk,
    MappingDiff,
    Side,
    VersionDiff,
)
from verspan.evaluation.model import Goal, RowFailure, RowResult, Spent
from verspan.gating.asking import gate

HOSTILE = "</pre><script>alert(1)</script> ![x](http://evil.example/x.png) | `a` @everyone \x1b[31m"
POLICY = {
    "metrics": {
        "correctness": {"must": "not regress", "margin": 0.02},
        "latency p95": {"at_most": "1500 ms"},
        "cost": {"max_increase": "10 %"},
        "helpfulness": {"must": "improve"},
    },
    "rows": {"max_regressed": 1},
}


def answered(row: int, text: str, took_ms: float, correct: float, why: str | None = None) -> RowResult:
    """What one version answered."""
    return RowResult(
        row_id=f"row-{row}",
        trace_id=f"{row:032x}",
        outputs=text,
        duration_ms=took_ms,
        spent=Spent(1, 120, 45, 0.0004),
        scores=[Feedback("correctness", value=correct, rationale=why)],
        inputs={"question": f"Where is my order {row}?"},
    )


def row(verdict: RowVerdict, before: RowResult, after: RowResult) -> RowComparison:
    """One row of both."""
    values = (result.scores[0].value if result.scores else None for result in (before, after))
    scores = [RowScore("correctness", Goal.HIGHER, *values)]
    return RowComparison(before.row_id, verdict, scores, [before], [after], before.inputs)


def rows() -> Sequence[RowComparison]:
    """Rows of every verdict; one has a hostile answer, one failed, one could not be judged."""
    failed = RowResult("row-1", failure=RowFailure("Timeout", "30 s"), duration_ms=30_000)
    monday = answered(2, "It arrives on Monday, as the carrier says.", 800, 1.0)
    refused = answered(3, "I can't help with that.", 1500, 0.0, "Refuses.")
    tracked = answered(25, "Here is the tracking number.", 900, 1.0)
    steady = [
        row(
            RowVerdict.UNCHANGED,
            answered(number, "On its way.", 300 + 35 * number, 1.0),
            answered(number, "On its way!", 420 + 60 * number, 1.0),
        )
        for number in range(5, 24)
    ]
    unjudged = RowResult("row-4", outputs="?", scores=[Feedback("correctness", error=AssessmentError("Timeout"))])
    return [
        row(RowVerdict.ERROR, answered(1, "Shipped.", 500, 1.0), failed),
        row(RowVerdict.REGRESSED, monday, answered(2, HOSTILE, 1400, 0.0, HOSTILE)),
        row(RowVerdict.REGRESSED, answered(3, "Refunded in full.", 800, 1.0), refused),
        row(RowVerdict.IMPROVED, answered(25, "No.", 600, 0.0), tracked),
        *steady,
        RowComparison("row-4", RowVerdict.NOT_COMPARABLE, [], [], [unjudged], {"question": "?", "customer": {"id": 4}}),
    ]


def open_ended() -> Difference:
    """A difference whose upper end is not known."""
    found = difference(1300, 1700, 300, (100, 150))
    return Difference(**{**vars(found), "interval": Interval(-120.0, math.inf), "enough": False})


def why() -> VersionDiff:
    """What changed: a file and a parameter."""
    lines = (
        " def answer(question):",
        '-    return model(question, "brief")',
        '+    return model(question, "<b>long</b>")',
    )
    file = FileDiff(
        path="agent.py",
        former_path=None,
        status=FileStatus.MODIFIED,
        before=FileEntry("100644"),
        after=FileEntry("100644"),
        binary=False,
        added=1,
        removed=1,
        hunks=[Hunk(1, 2, 1, 2, "", lines)],
    )
    summary = CodeSummary(None, None, 0)
    return VersionDiff(
        Side("agent-v1", None, None),
        Side("agent-v2", None, None),
        code=CodeDiff(summary, summary, ahead=None, behind=None, files=[file]),
        params=MappingDiff(changed={"temperature": Changed("0.2", "0.9")}),
    )


def comparison() -> Comparison:
    """The whole of it."""
    metrics = [
        metric("correctness", difference(0.92, 0.80, 0.06, (0.04, 0.05)), Direction.WORSE),
        metric("helpfulness", difference(3.9, 4.0, 0.3, (0.2, 0.2))),
        metric("politeness", difference(0.7, 0.8, 0.05, (0.04, 0.05)), Direction.BETTER),
        metric("latency p50", difference(700, 1010, 120, (60, 80)), Direction.WORSE, Goal.LOWER, "ms"),
        metric("latency p95", difference(1000, 1480, 200, (100, 150)), Direction.WORSE, Goal.LOWER, "ms"),
        metric("latency p99", open_ended(), Direction.TOO_FEW, Goal.LOWER, "ms"),
        metric("output tokens", difference(45, 90, 8, (3, 5)), Direction.CHANGED, Goal.NEITHER, "token"),
        metric("cost", difference(0.0004, 0.00042, 0.00001, (0.00001, 0.00001)), Direction.WORSE, Goal.LOWER, "USD"),
        metric("judging cost", None, Direction.TOO_FEW, Goal.NEITHER, "USD"),
    ]
    warning = f"the runs are of another day; {HOSTILE}"
    return Comparison(
        "agent-v1", "agent-v2", metrics, 0.05, "Holm", [warning], Basis.EVALUATION, rows=rows(), why=why()
    )


def report(*, gated: bool = True) -> Report:
    """It, with a gate that fails or without one."""
    found = comparison()
    return Report(found, gate(found, POLICY) if gated else None)


def parsed_xml(text: str) -> ET.Element:
    """What a report wrote, as XML has it."""
    return ET.fromstring(text.encode())  # noqa: S314 - it is our own
