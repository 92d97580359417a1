"""`verspan trends`: a metric over versions and over time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from inline_snapshot import snapshot

import verspan
from verspan import semconv
from verspan.errors import InvalidArgumentError
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan.versions.model import LoggedModel

Run = Callable[..., Result]
MakeSpan = Callable[..., SpanRecord]
MakeModel = Callable[..., LoggedModel]
HOUR_MS = 3_600_000
PRODUCTION = {"deployment.environment.name": "production"}


def traffic(make_span: MakeSpan, version: str, first: int, hour: int, took: int) -> list[SpanRecord]:
    """Twenty traces of one call each, every tenth of which failed."""
    spans = []
    for number in range(20):
        common: dict[str, Any] = {
            "trace_id": f"{first + number:032x}",
            "version": version,
            "start_ms": hour * HOUR_MS + number * 1000,
        }
        failed = ("ValueError", "no order") if number % 10 == 0 else None
        asked = {
            semconv.GEN_AI_OPERATION_NAME: "chat",
            semconv.GEN_AI_PROVIDER_NAME: "openai",
            semconv.GEN_AI_REQUEST_MODEL: "gpt-4o-mini",
            semconv.GEN_AI_USAGE_INPUT_TOKENS: 100,
            semconv.GEN_AI_USAGE_OUTPUT_TOKENS: 10,
        }
        spans += [
            make_span(1, "answer", took_ms=took + number + 1, error=failed, **common),
            make_span(2, "chat gpt-4o-mini", parent=1, took_ms=took + number, attributes=asked, **common),
        ]
    return [replace(span, resource=PRODUCTION) for span in spans]


@pytest.fixture
def grown(store: Store, make_span: MakeSpan, make_model: MakeModel) -> Store:
    """Two versions: one of an hour, and a slower one of three hours later, each deployed."""
    store.upsert_model(make_model("agent-v1"))
    store.upsert_model(make_model("agent-v2", minute=5))
    store.write_spans(traffic(make_span, "agent-v1", 1, 0, 100))
    store.write_spans(traffic(make_span, "agent-v2", 100_000, 3, 300))
    verspan.deploy("agent-v1", "production", at="2025-11-23T08:00:00Z")
    verspan.deploy("agent-v2", "production", at="2025-11-23T11:30:00Z")
    return store


@pytest.mark.usefixtures("grown")
def test_by_version(run: Run) -> None:
    """Versions come in the order of their creation, each with its figure, where it may lie, and where it is live."""
    result = run("trends", "latency p50")
    assert result.stdout == snapshot("""\
version   latency p50  interval                                            rows  deployed
──────────────────────────────────────────────────────────────────────────────────────────────────────
agent-v1       110 ms  106 ms to 115 ms  ─●                                  20  production 2025-11-23
agent-v2       310 ms  306 ms to 315 ms                                ●─    20  production 2025-11-23
""")
    assert result.stderr == snapshot("""\
▁█  latency p50 by version, from traces; bars from 106 ms to 315 ms
intervals at 0.95 confidence, each alone
40 traces were read: no roll-up keeps this metric, as it does those of calls
""")


@pytest.mark.usefixtures("grown")
def test_by_time(run: Run) -> None:
    """Stretches follow each other, also those in which there was nothing, with what was deployed in each."""
    found = json.loads(
        run("trends", "error rate", "--by", "time", "--stretch", "hour", "--env", "production", "--json").stdout
    )
    told = [(each["label"], each["value"], each["rows"]) for each in found["points"]]
    assert told == [
        ("2025-11-23 08:00", 0.1, 20),
        ("2025-11-23 09:00", None, 0),
        ("2025-11-23 10:00", None, 0),
        ("2025-11-23 11:00", 0.1, 20),
    ]
    assert [[one["model_name"] for one in each["deployments"]] for each in found["points"]] == [
        ["agent-v1"],
        [],
        [],
        ["agent-v2"],
    ]
    assert found["points"][0]["interval"] == {
        "low": pytest.approx(0.0279, abs=1e-4),
        "high": pytest.approx(0.3010, abs=1e-4),
    }
    assert found["read"] == "traces"


@pytest.mark.usefixtures("grown")
def test_roll_ups(run: Run) -> None:
    """Figures of calls come out of sums that the store keeps, and no trace is read for them."""
    found = json.loads(run("trends", "call latency p95", "--json").stdout)
    assert found["read"] == "roll-ups"
    assert [round(each["value"], -1) for each in found["points"]] == [120, 320]
    daily = json.loads(run("trends", "calls", "--by", "time", "--env", "production", "--json").stdout)
    assert [(each["label"], each["value"]) for each in daily["points"]] == [("2025-11-23", 40)]
    assert daily["read"] == "roll-ups"


@pytest.mark.usefixtures("grown")
def test_feedback() -> None:
    """A feedback is a rate where it is yes or no and a mean where it is a number; categories are left out, and told."""
    for number, value in enumerate((True, True, False)):
        verspan.log_feedback(trace_id=f"{number + 1:032x}", name="correctness", value=value)
        verspan.log_feedback(trace_id=f"{number + 1:032x}", name="grade", value=["good", 4, 5][number])
    right = verspan.trend("correctness", versions="agent-v1")
    (point,) = right.points
    assert (point.label, point.value, point.rows) == ("agent-v1", 2 / 3, 3)
    grade = verspan.trend("grade/mean", versions=["agent-v1"])
    assert [(point.value, point.rows) for point in grade.points] == [(4.5, 2)]
    assert grade.notes == ["1 observations are left out, which have no such number"]


@pytest.mark.usefixtures("grown")
def test_what_is_not_there(run: Run) -> None:
    """A metric that nobody knows is told with those that there are, and one that is not kept so with a way out."""
    assert run("trends", "nonsense").stderr == (
        "verspan: there is no feedback 'nonsense' on these versions, and metrics are: error rate, latency p50, "
        "latency p95, latency p99, input tokens, output tokens, cost, calls, call error rate, call latency p50, "
        "call latency p95, call input tokens, call output tokens, call cost\n"
    )
    assert run("trends", "call cost", "--by", "time").stderr == (
        "verspan: 'call cost' is kept for a version as a whole: ask by version, and for no time or environment of it, "
        "or for 'cost' of traces\n"
    )
    with pytest.raises(InvalidArgumentError, match="by='month': it is one of version, time"):
        verspan.trend("cost", by="month")


class _Checked(HTMLParser):
    """Notes what a page fetches, and whether its elements are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.seen: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] = self.seen.get(tag, 0) + 1
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]


@pytest.mark.usefixtures("grown")
def test_page(run: Run, tmp_path: Path) -> None:
    """The page holds the picture and the table, and fetches nothing."""
    page = tmp_path / "trend.html"
    assert run("trends", "latency p95", "--html", str(page)).exit_code == 0
    checked = _Checked()
    checked.feed(page.read_text(encoding="utf-8"))
    assert checked.fetched == []
    assert (checked.seen["circle"], checked.seen["tr"], checked.seen["svg"]) == (2, 3, 1)
    assert "agent-v2" in page.read_text(encoding="utf-8")
