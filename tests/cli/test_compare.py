"""`verspan compare`, over the traffic of two versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from verspan import semconv
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord

Run = Callable[..., Result]
MakeSpan = Callable[..., SpanRecord]
TRACES = 600
PRODUCTION = {"deployment.environment.name": "production"}


def traffic(make_span: MakeSpan, version: str, first: int, slower: float, tokens: int) -> list[SpanRecord]:
    """Traces of one call each, of sessions of three, with latencies and errors of chance."""
    chance, spans = np.random.default_rng(first), []
    for number in range(first, first + TRACES):
        took = float(chance.lognormal(6, 0.5)) * slower
        failed = chance.random() < 0.02
        common: dict[str, Any] = {"trace_id": f"{number:032x}", "version": version, "start_ms": number % TRACES * 1000}
        spans += [
            make_span(
                1,
                "answer",
                took_ms=took + 1,
                error=("ValueError", "no order") if failed else None,
                attributes={semconv.SESSION_ID: f"s-{number // 3}"},
                **common,
            ),
            make_span(
                2,
                "chat gpt-4o-mini",
                parent=1,
                took_ms=took,
                attributes={
                    semconv.GEN_AI_OPERATION_NAME: "chat",
                    semconv.GEN_AI_PROVIDER_NAME: "openai",
                    semconv.GEN_AI_REQUEST_MODEL: "gpt-4o-mini",
                    semconv.GEN_AI_USAGE_INPUT_TOKENS: 100,
                    semconv.GEN_AI_USAGE_OUTPUT_TOKENS: tokens + int(chance.integers(20)),
                },
                **common,
            ),
        ]
    return [replace(span, resource=PRODUCTION) for span in spans]


def later(span: SpanRecord) -> SpanRecord:
    """The span of another request, days afterwards."""
    name = span.name.replace("answer", "translate")
    return replace(span, name=name, start_ns=span.start_ns + 10**15, end_ns=span.end_ns + 10**15)


@pytest.fixture
def compared(store: Store, make_span: MakeSpan) -> Store:
    """Two versions: the later one is slower and says more."""
    store.write_spans(traffic(make_span, "agent-v1", 1, 1.0, 50))
    store.write_spans(traffic(make_span, "agent-v2", 100_000, 1.5, 90))
    return store


@pytest.mark.usefixtures("compared")
def test_verdicts(run: Run) -> None:
    """Each metric has both figures, their difference with its interval, and what may be concluded."""
    result = run("compare", "agent-v1", "agent-v2")
    header, _rule, *rows = result.stdout.splitlines()
    assert header.split() == ["agent-v1", "agent-v2", "difference", "interval", "rows", "verdict"]
    verdicts = {row[: row.index("  ")]: row.split("  ")[-1].strip() for row in rows}
    assert verdicts == {
        "error rate": "no evidence",
        "latency p50": "worse",
        "latency p95": "worse",
        "latency p99": "too few",
        "input tokens": "no evidence",
        "output tokens": "changed",
        "cost": "worse",
    }
    assert rows[0].split("  ")[-2].strip() == "600 of 201"
    assert "corrected for 7 metrics (Holm)" in result.stderr
    assert "valid at every look" in result.stderr


@pytest.mark.usefixtures("compared")
def test_json(run: Run) -> None:
    """Programs get everything that people see, in numbers."""
    found = json.loads(run("compare", "agent-v1", "agent-v2", "--cluster-by", "nothing", "--json").stdout)
    cost = next(metric for metric in found["metrics"] if metric["metric"] == "cost")
    assert (cost["unit"], cost["goal"], cost["direction"]) == ("USD", "lower", "worse")
    difference = cost["difference"]
    assert difference["interval"]["low"] < difference["estimate"] < difference["interval"]["high"]
    assert difference["units"] == [600, 600]
    assert found["warnings"] == []


@pytest.mark.usefixtures("compared")
def test_window(run: Run) -> None:
    """Only the traffic that is asked for is compared, and complete traffic by methods for one look."""
    complete = json.loads(run("compare", "agent-v1", "agent-v2", "--until", "2030-01-01", "--json").stdout)
    assert [metric["direction"] for metric in complete["metrics"]][3] == "worse"
    assert "every look" not in complete["metrics"][0]["difference"]["method"]
    elsewhere = json.loads(run("compare", "agent-v1", "agent-v2", "--env", "staging", "--json").stdout)
    assert {metric["direction"] for metric in elsewhere["metrics"]} == {"too few"}
    assert {metric["difference"] for metric in elsewhere["metrics"]} == {None}


def test_another_mix(run: Run, store: Store, make_span: MakeSpan) -> None:
    """Versions that were asked for other things, and not at the same time, are compared with a warning."""
    asked = traffic(make_span, "agent-v1", 1, 1.0, 50)
    store.write_spans([*asked, *map(later, traffic(make_span, "agent-v2", 100_000, 1.0, 50))])
    found = json.loads(run("compare", "agent-v1", "agent-v2", "--json").stdout)
    shares = "answer 100% → 0%, translate 0% → 100%"
    assert found["warnings"] == [
        f"the versions saw another mix of requests: 100% of it differ by trace names ({shares})",
        "the versions were not in use at the same time: what changed meanwhile, such as a provider, is in both",
    ]


@pytest.mark.usefixtures("compared")
def test_bad_questions(run: Run) -> None:
    """A version that is not there, one twice, and an alpha that is no share are refused with the way out."""
    assert "agent-v9" in run("compare", "agent-v1", "agent-v9").stderr
    assert "name two versions" in run("compare", "agent-v1", "agent-v1").stderr
    assert "alpha is between 0 and 1" in run("compare", "agent-v1", "agent-v2", "--alpha", "5").stderr


@pytest.mark.usefixtures("compared")
def test_without_scipy(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what it needs is not installed, the line that installs it is said."""
    monkeypatch.setattr("verspan.comparison.installed.find_spec", lambda _name: None)
    result = run("compare", "agent-v1", "agent-v2")
    assert (result.exit_code, "pip install 'verspan[compare]'" in result.stderr) == (1, True)
