"""A comparison as JUnit XML, which every CI shows: a test case for each check.

A check that fails is a failure. One that is inconclusive is skipped, with its reason as the message: it is no pass, and
whether it holds a merge up is for the policy to say. So where the policy makes a failure of it
(``on_inconclusive = "fail"``), it is one here, too. Without a gate the cases are the metrics: one that is worse fails,
and one with too little to go by is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from verspan.cli.terminal import printable
from verspan.comparison.model import Direction
from verspan.comparison.reports.saying import Report
from verspan.comparison.words import lines
from verspan.gating.model import Verdict

_OF_DIRECTION = {Direction.WORSE: Verdict.FAIL, Direction.TOO_FEW: Verdict.INCONCLUSIVE}


@dataclass(frozen=True)
class _Case:
    name: str
    verdict: Verdict
    message: str


def junit_report(report: Report) -> str:
    """The report as JUnit XML; it has no times, so that the same comparison makes the same file."""
    comparison, cases = report.comparison, list(_cases(report))
    title = printable(f"{comparison.baseline} → {comparison.candidate}")
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.verdict is Verdict.FAIL for case in cases)),
        "errors": "0",
        "skipped": str(sum(case.verdict is Verdict.INCONCLUSIVE for case in cases)),
    }
    suites = Element("testsuites", {"name": "verspan compare", **counts})
    suite = SubElement(suites, "testsuite", {"name": title, **counts})
    properties = SubElement(suite, "properties")
    for name, value in (("verdict", report.verdict), ("basis", comparison.basis.value)):
        SubElement(properties, "property", name=name, value=value)
    for case in cases:
        _add(suite, case, title)
    indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _cases(report: Report) -> Iterator[_Case]:
    if report.gate is None:
        for metric, line in zip(report.comparison.metrics, lines(report.comparison), strict=True):
            message = f"{line.verdict}: {line.baseline} → {line.candidate}, {line.difference} ({line.interval})"
            yield _Case(line.metric, _OF_DIRECTION.get(metric.direction, Verdict.PASS), message)
        return
    open_ones = Verdict.FAIL if _fails_where_open(report) else Verdict.INCONCLUSIVE
    for check in report.gate.checks:
        verdict = open_ones if check.verdict is Verdict.INCONCLUSIVE else check.verdict
        yield _Case(f"{check.metric}: {check.demand}", verdict, f"{check.verdict.value}: {check.found}. {check.reason}")


def _fails_where_open(report: Report) -> bool:
    """Whether the gate fails though no check does: what is open failed it."""
    gate = report.gate
    return gate is not None and gate.verdict is Verdict.FAIL and all(c.verdict is not Verdict.FAIL for c in gate.checks)


def _add(suite: Element, case: _Case, title: str) -> None:
    element = SubElement(suite, "testcase", classname=title, name=printable(case.name), time="0")
    message = printable(case.message)
    if case.verdict is Verdict.FAIL:
        SubElement(element, "failure", type="verspan", message=message).text = message
    elif case.verdict is Verdict.INCONCLUSIVE:
        SubElement(element, "skipped", message=message)
    else:
        SubElement(element, "system-out").text = message
