"""`verspan alerts check`: what fires, and that it is told once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from verspan.store.interface import Store
from verspan.traces.model import SpanRecord

Run = Callable[..., Result]
MakeSpan = Callable[..., SpanRecord]
RULES = """
[[alerts]]
name = "errors"
metric = "error rate"
env = "production"
window = "1h"
at_most = "5 %"

[[alerts]]
name = "slower than yesterday"
metric = "latency p50"
window = "1h"
against = "1d"
must = "not regress"

[[alerts]]
name = "silence"
window = "1h"
no_data = true
"""


def traffic(make_span: MakeSpan, first: int, hours_ago: float, *, failing: int, took: int) -> list[SpanRecord]:
    """A hundred traces of so many hours ago, of which every so manieth failed."""
    begin_ns = time.time_ns() - int(hours_ago * 3600 * 1_000_000_000)
    spans = []
    for number in range(100):
        failed = ("ValueError", "no order") if number % failing == 0 else None
        span = make_span(1, "answer", trace_id=f"{first + number:032x}", error=failed)
        start_ns = begin_ns + number * 1_000_000
        end_ns = start_ns + (took + number) * 1_000_000
        environment = {"deployment.environment.name": "production"}
        spans.append(replace(span, start_ns=start_ns, end_ns=end_ns, resource=environment))
    return spans


@pytest.fixture
def rules(tmp_path: Path) -> str:
    """The rules in a file."""
    path = tmp_path / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    return str(path)


def states(result: Result) -> dict[str, str]:
    found = json.loads(result.stdout)
    return {each["rule"]["name"]: each["state"] for each in found["findings"]}


def told(result: Result) -> list[tuple[str, str]]:
    return [(each["event"], each["alert"]) for each in json.loads(result.stdout)["events"]]


def test_begins_and_ends(run: Run, store: Store, make_span: MakeSpan, rules: str) -> None:
    """An alert is told once when it begins, not while it lasts, and once when it has ended."""
    silent = run("alerts", "check", rules, "--json")
    assert (states(silent)["silence"], told(silent), silent.exit_code) == ("firing", [("began", "silence")], 1)
    store.write_spans(traffic(make_span, 1, 0.5, failing=2, took=100))
    failing = run("alerts", "check", rules, "--json")
    assert told(failing) == [("began", "errors"), ("ended", "silence")]
    assert states(failing) == {"errors": "firing", "slower than yesterday": "unknown", "silence": "quiet"}
    again = run("alerts", "check", rules, "--json")
    assert (told(again), json.loads(again.stdout)["firing"], again.exit_code) == ([], ["errors"], 1)
    for batch in range(10):
        store.write_spans(traffic(make_span, 1_000 * (batch + 1), 0.4, failing=1_000, took=100))
    # One in the first of each hundred has failed: 59 of 1,100 are too few to say that it is more than 5 %, or less.
    lasting = run("alerts", "check", rules)
    assert lasting.stdout.splitlines()[0].startswith("firing   errors: error rate, at most 5 %")
    for batch in range(20):
        store.write_spans(traffic(make_span, 100_000 * (batch + 1), 0.3, failing=1_000, took=100))
    ended = run("alerts", "check", rules, "--json")
    assert (told(ended), ended.exit_code) == ([("ended", "errors")], 0)


def test_a_change(run: Run, store: Store, make_span: MakeSpan, rules: str) -> None:
    """What is slower than it was at this hour a day ago fires, with the figures that show it."""
    store.write_spans(traffic(make_span, 1, 24.5, failing=100, took=100))
    store.write_spans(traffic(make_span, 1_000, 0.5, failing=100, took=300))
    result = run("alerts", "check", rules)
    line = next(line for line in result.stdout.splitlines() if "slower" in line)
    assert line.startswith("began    slower than yesterday: latency p50, not regress: +200 ms, +134.2% (")
    assert result.exit_code == 1


def test_a_webhook_that_cannot_be_told(run: Run, store: Store, rules: str) -> None:
    """What could not be told is told at the next check, the exit code says so, and the address keeps its secrets."""
    assert store.location
    result = run("alerts", "check", rules, "--webhook", "http://ann:word@127.0.0.1:1/T0?token=abc", "--json")
    assert result.exit_code == 3
    assert "not told: silence: the webhook at http://127.0.0.1:1 does not answer" in result.stderr
    assert not any(secret in result.output for secret in ("word", "token", "abc", "T0"))
    assert told(run("alerts", "check", rules, "--json")) == [("began", "silence")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has a section [[alerts]] for each rule"),
        ("[[alerts]]\nname = 'a'", 'alert 1 has a name, and a window such as "1h"'),
        ("[[alerts]]\nname = 'a'\nwindow = '1h'", "alert 1 (a) has a metric, or no_data = true"),
        ("[[alerts]]\nname = 'a'\nwindow = 'soon'\nno_data = true", "'soon' is no duration: give one like 30s"),
        ("[[alerts]]\nname = 'a'\nwindow = '1h'\nmetric = 'cost'\nabove = 1", "has the key 'above'; known are must"),
        ("[[alerts]]\nname = 'a'\nwindow = '1h'\nmetric = 'cost'\nmust = 'not regress'", "compares: say what with"),
        ("[[alerts]]\nname = 'a'\nwindow = '1h'\nmetric = 'calls'\nat_most = 1", "'calls' is of calls; alerts are"),
    ],
)
@pytest.mark.usefixtures("store")
def test_wrong_rules(run: Run, tmp_path: Path, text: str, message: str) -> None:
    """A rule that cannot be checked is told with its place, and nothing is checked."""
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    result = run("alerts", "check", str(path))
    assert message in result.stderr
    assert result.exit_code == 2
