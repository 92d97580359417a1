"""The dashboard of examples/grafana asks for what a real Collector shows to Prometheus, and for nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest
from tests.e2e.collector import Collector
from tests.e2e.programs import EXAMPLES
from tests.e2e.servers import wait_until
from tests.readme import ROOT, blocks

DASHBOARD = EXAMPLES / "grafana" / "verspan.json"
METRICS_PAGE = ROOT / "docs" / "metrics.md"
OWN_LABELS = {"le"}
"""Labels that Prometheus itself gives."""


@dataclass(frozen=True)
class Asked:
    """What a query asks for."""

    metrics: frozenset[str]
    labels: frozenset[str]


def asked_by(query: str) -> Asked:
    """The metrics and labels of a query, by what surrounds them: a label is compared, or grouped by."""
    compared = re.findall(r"(\w+)\s*(?:=~|!=|!~|=)\s*\"", query)
    grouped = [name for group in re.findall(r"by \(([^)]*)\)", query) for name in re.split(r",\s*", group)]
    plain = re.sub(r"\"[^\"]*\"", "", query)
    return Asked(frozenset(re.findall(r"\b(?:gen_ai|verspan)_client_\w+", plain)), frozenset([*compared, *grouped]))


def queries_of_dashboard() -> list[str]:
    """Every query of every panel, and those that fill the choices above them."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    choices = [each["query"] for each in dashboard["templating"]["list"] if each["type"] == "query"]
    return [*panels, *map(as_query, (choice["query"] for choice in choices))]


def as_query(choice: str) -> str:
    """What `label_values(metric, label)` asks for, as a query that groups by the label."""
    matched = re.fullmatch(r"label_values\((.*), (\w+)\)", choice)
    assert matched, choice
    return f"count by ({matched[2]}) ({matched[1]})"


def queries_of_page() -> list[str]:
    """The queries that the page about metrics shows, a line each."""
    lines = [line for block in blocks("promql", path=METRICS_PAGE) for line in block.text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def shown(text: str) -> Mapping[str, set[str]]:
    """The labels of every metric of a text in Prometheus' format."""
    labels: dict[str, set[str]] = {}
    for name, inside in re.findall(r"^(\w+)\{(.*)\} \S+$", text, re.MULTILINE):
        labels.setdefault(name, set()).update(re.findall(r"(\w+)=\"", inside))
    return labels


@pytest.fixture(scope="module")
def series(agent: str, collector: Collector) -> Mapping[str, set[str]]:
    """What the Collector shows after an agent has run, one of whose calls has failed."""

    def measured() -> Mapping[str, set[str]] | None:
        found = shown(collector.scraped())
        return found if "gen_ai_client_operation_duration_seconds_count" in found else None

    return wait_until(measured, f"metrics of {agent}")


@pytest.mark.parametrize("queries", [queries_of_dashboard(), queries_of_page()], ids=["dashboard", "docs/metrics.md"])
def test_queries(series: Mapping[str, set[str]], queries: Iterable[str]) -> None:
    """Every metric that is asked for is there, and so is every label on the metric it is asked of."""
    missing = [
        f"{name} has no {label}" if name in series else f"there is no {name}"
        for query in queries
        for asked in [asked_by(query)]
        for name in asked.metrics
        for label in asked.labels
        if label not in series.get(name, set()) | OWN_LABELS
    ]
    assert missing == []


def test_panels() -> None:
    """The dashboard shows calls, errors, latency, tokens and cost, all by version."""
    asked = [asked_by(query) for query in queries_of_dashboard()]
    assert {name for each in asked for name in each.metrics} == {
        "gen_ai_client_operation_duration_seconds_bucket",
        "gen_ai_client_operation_duration_seconds_count",
        "gen_ai_client_token_usage_count",
        "gen_ai_client_token_usage_sum",
        "verspan_client_operation_cost_USD_total",
    }
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    assert [panel["title"] for panel in panels if "logged_model_name" not in panel["targets"][0]["expr"]] == []
