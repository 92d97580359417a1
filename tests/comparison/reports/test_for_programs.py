"""Reports that programs read: JUnit, JSON, and Markdown within the length of a comment."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.comparison.reports.told import HOSTILE, POLICY, comparison, parsed_xml, report

from verspan.comparison.reports.document import json_report
from verspan.comparison.reports.junit import junit_report
from verspan.comparison.reports.markdown import markdown_report
from verspan.comparison.reports.saying import Report
from verspan.evaluation.model import RowResult
from verspan.gating.asking import gate

GITHUB_TAKES = 65_536


def outcomes(text: str) -> dict[str, str]:
    """What JUnit says of each case."""
    cases = parsed_xml(text).iter("testcase")
    return {case.attrib["name"]: case[0].tag for case in cases}


def test_junit_of_a_gate() -> None:
    """Each check is a case: one that fails has failed, and one that is open is skipped, which is no pass."""
    text = junit_report(report())
    assert outcomes(text) == {
        "correctness: not regress by more than 0.02": "failure",
        "latency p95: at most 1500 ms": "skipped",
        "cost: increase by at most 10 %": "system-out",
        "helpfulness: improve": "skipped",
        "rows: at most 1 regressed": "failure",
    }
    suite = parsed_xml(text)
    assert [suite.get(name) for name in ("tests", "failures", "skipped")] == ["5", "2", "2"]


def test_junit_where_open_is_failed() -> None:
    """Where the policy makes a failure of what is open, JUnit shows a failure, too."""
    demands = {"gate": {"on_inconclusive": "fail"}, "metrics": {"helpfulness": {"must": "improve"}}}
    text = junit_report(Report(comparison(), gate(comparison(), demands)))
    assert outcomes(text) == {"helpfulness: improve": "failure"}


def test_junit_without_gate() -> None:
    """Without a gate the metrics are the cases, and those that are worse have failed."""
    found = outcomes(junit_report(report(gated=False)))
    assert [found[name] for name in ("correctness", "politeness", "latency p99")] == [
        "failure",
        "system-out",
        "skipped",
    ]


def test_json() -> None:
    """Programs get the schema, the verdict, each check and the whole comparison; what is infinite is null."""
    document = json.loads(json_report(report()))
    assert list(document) == ["schema", "verdict", "checks", "comparison"]
    assert (document["schema"], document["verdict"]) == ("verspan.comparison/1", "fail")
    assert document["checks"][2] == {
        "metric": "cost",
        "verdict": "pass",
        "demand": "increase by at most 10 %",
        "found": report().gate.checks[2].found,  # type: ignore[union-attr]  # it has a gate
        "reason": "All of the interval meets it.",
    }
    interval = document["comparison"]["metrics"][5]["difference"]["interval"]
    assert interval == {"low": -120.0, "high": None}
    assert document["comparison"]["rows"][1]["candidate"][0]["outputs"] == HOSTILE
    assert json.loads(json_report(report(gated=False)))["verdict"] is None


def test_markdown() -> None:
    """The verdict comes first, then each check, then the warnings; everything else is folded."""
    head, sentence, *_ = (text := markdown_report(report())).split("\n\n")
    assert (head, sentence) == ("## Fail: `agent-v1` → `agent-v2`", "1 pass, 2 fail, 2 inconclusive of 5 checks.")
    unfolded = text.partition("<details>")[0]
    assert "| fail | rows | at most 1 regressed | 2 of 24 regressed |" in unfolded
    assert r"\<script\>alert(1)\</script\> !\[x\](http:<!-- -->//evil.example" in unfolded
    assert "@everyone" not in unfolded
    assert "+    return model(question, " in text


def test_markdown_fits_a_comment() -> None:
    """However much there is to tell, a comment is no longer than GitHub takes."""
    found = comparison()
    long = RowResult("row-9", outputs="long | " * 20_000)
    rows = [replace(each, baseline=[long], candidate=[long]) for each in found.rows]
    warnings = [f"warning {number}: " + "very " * 300 for number in range(100)]
    told = replace(found, rows=rows * 20, warnings=warnings)
    text = markdown_report(Report(told, gate(told, POLICY)))
    assert len(text) < GITHUB_TAKES
    assert text.startswith("## Fail: `agent-v1` → `agent-v2`")
    assert "parts left out: the HTML report has everything.*" in text


def test_same_bytes() -> None:
    """The same comparison makes the same files."""
    for write in (markdown_report, junit_report, json_report):
        assert write(report()) == write(report())
