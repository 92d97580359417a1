"""`verspan compare`, over the traffic of two versions, and over evaluations of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from tests.comparison.evaluations import exact, failed
from tests.comparison.evaluations import run as evaluation

from verspan import semconv
from verspan.evaluation.model import RowResult
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan.versions.identity import model_id_for
from verspan.versions.model import LoggedModel

Run = Callable[..., Result]
MakeSpan = Callable[..., SpanRecord]
MakeModel = Callable[..., LoggedModel]
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
    assert "corrected for the 6 metrics that are tested (Holm)" in result.stderr
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


@pytest.fixture
def evaluated(store: Store, make_model: MakeModel) -> Store:
    """Two versions with a run each over thirty rows: the later one gets ten wrong, and fails in one."""
    for name, temperature in (("agent-v1", "0.7"), ("agent-v2", "0.2")):
        store.upsert_model(make_model(name, params={"temperature": temperature}))
    before: tuple[list[bool], list[RowResult]] = [True] * 30, []
    after = [False] * 10 + [True] * 19, [failed("r-0029")]
    for number, (name, (values, failures)) in enumerate((("agent-v1", before), ("agent-v2", after)), 1):
        run = evaluation(number, model_id_for("shop", name))
        store.evaluations.keep_run(run)
        store.evaluations.keep_rows(run.run_id, [*exact(values), *failures])
    return store


@pytest.mark.usefixtures("evaluated")
def test_evaluations(run: Run) -> None:
    """Versions that were evaluated over the same rows are compared by that, and what changed is said below."""
    result = run("compare", "agent-v1", "agent-v2")
    metrics, rows, changes = result.stdout.split("\n\n")
    verdicts = {line[: line.index("  ")]: line.split("  ")[-1].strip() for line in metrics.splitlines()[2:]}
    assert verdicts == {
        "exact": "worse",
        "failure rate": "no evidence",
        "latency p50": "no evidence",
        "latency p95": "too few",
        "latency p99": "too few",
    }
    assert rows == "row by row: 1 error, 10 regressed, 19 unchanged"
    assert changes.splitlines() == [
        "what changed:",
        "  parameters: 1 changed: temperature",
        "  untold: code, dependencies, environment, entry point",
        "  everything: verspan diff agent-v1 agent-v2",
    ]
    assert "exact: 1 rows are left out, which have no such score under both" in result.stderr
    assert "exact, failure rate: Newcombe's score interval for pairs, McNemar's exact test" in result.stderr
    assert "what changed" not in run("compare", "agent-v1", "agent-v2", "--no-why").stdout


@pytest.mark.usefixtures("evaluated")
def test_rows(run: Run) -> None:
    """Rows are shown the worst first, with what was asked, both answers or failures, and both traces."""
    shown = run("compare", "agent-v1", "agent-v2", "--rows", "2").stdout.split("\n\n")[1]
    header, _rule, *rows = shown.splitlines()
    trace = b"r-0029".hex().rjust(32, "0")
    assert header.split() == [
        "verdict",
        "row",
        "inputs",
        "scores",
        "agent-v1",
        "agent-v2",
        "its",
        "trace",
        "and",
        "its",
    ]
    assert [cell.strip() for cell in rows[0].split("  ") if cell.strip()] == [
        "error",
        "r-0029",
        "r-0029",
        "exact 1 → -",
        "answer to r-0029",
        "ValueError: no such order",
        trace,
        trace,
    ]
    assert rows[1].startswith("regressed")
    assert len(rows) == 2
    assert len(run("compare", "agent-v1", "agent-v2", "--rows").stdout.split("\n\n")[1].splitlines()) == 22
    narrow = run("compare", "agent-v1", "agent-v2", "--rows", "2", columns=80).stdout
    assert max(map(len, narrow.splitlines())) <= 80


@pytest.mark.usefixtures("evaluated")
def test_runs_as_json(run: Run) -> None:
    """Runs are named by their ids or beginnings of them, and programs get rows, runs and what changed whole."""
    ids = [evaluation(number).run_id for number in (1, 2)]
    found = json.loads(run("compare", *ids, "--json").stdout)
    assert (found["basis"], [each["run_id"] for each in found["runs"]]) == ("evaluation", ids)
    assert (len(found["rows"]), found["rows"][0]["verdict"]) == (30, "error")
    assert found["rows"][0]["candidate"][0]["failure"] == {"error_type": "ValueError", "message": "no such order"}
    assert found["why"]["same"] is False
    assert found["why"]["params"]["changed"] == {"temperature": {"before": "0.7", "after": "0.2"}}
    assert found == json.loads(run("compare", "agent-v1", "agent-v2", "--dataset", "support", "--json").stdout)
    assert found == json.loads(run("compare", "agent-v1", "agent-v2", "--on", "evaluation", "--json").stdout)
    short = json.loads(run("compare", *ids, "--json", "--rows", "3", "--no-why").stdout)
    assert (len(short["rows"]), short["why"]) == (3, None)


@pytest.mark.usefixtures("evaluated")
def test_traffic_of_evaluated_versions(run: Run) -> None:
    """Versions that were evaluated are compared by their traffic where that is asked for."""
    assert json.loads(run("compare", "agent-v1", "agent-v2", "--on", "traffic", "--json").stdout)["runs"] is None
    assert "ask for one" in run("compare", "agent-v1", "agent-v2", "--dataset", "support", "--since", "2d").stderr
