"""`verspan watch`: what is printed at each look, and what a pipeline makes of its end."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import verspan
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord

Run = Callable[..., Result]
MakeSpan = Callable[..., SpanRecord]
BOTH = ("watch", "--baseline", "agent-v1", "--candidate", "agent-v2")
PRODUCTION = {"deployment.environment.name": "production"}


def traffic(make_span: MakeSpan, version: str, first: int, slower: float) -> list[SpanRecord]:
    """Traces of one span each that have just begun."""
    chance, now_ns = np.random.default_rng(first), time.time_ns()
    spans = []
    for number in range(first, first + 400):
        took_ns = int(chance.lognormal(6, 0.3) * slower) * 1_000_000
        span = make_span(1, "answer", trace_id=f"{number:032x}", version=version)
        spans.append(replace(span, start_ns=now_ns + number, end_ns=now_ns + number + took_ns, resource=PRODUCTION))
    return spans


@pytest.fixture
def slower(store: Store, make_span: MakeSpan) -> Store:
    """Two versions in use, of which the later is slower by a half."""
    store.write_spans(traffic(make_span, "agent-v1", 1, 1.0))
    store.write_spans(traffic(make_span, "agent-v2", 100_000, 1.5))
    return store


@pytest.mark.usefixtures("slower")
def test_fails(run: Run) -> None:
    """A regression that is shown ends it at once with 1, on one line that says what is worse."""
    result = run(*BOTH, "--env", "production", "--since", "1h")
    (line,) = result.stdout.splitlines()
    assert "look 1, 400 / 400 traces, latency p50 worse, latency p95 worse" in line
    assert line.endswith("fail, latency p50, latency p95: shown to be worse")
    assert result.exit_code == 1


@pytest.mark.usefixtures("slower")
def test_json(run: Run) -> None:
    """A program gets a line for each look, with the comparison and the verdict."""
    found = [json.loads(line) for line in run(*BOTH, "--since", "1h", "--json").stdout.splitlines()]
    assert [(look["number"], look["ended"], look["traces"]) for look in found] == [(1, True, [400, 400])]
    assert found[0]["judgement"]["verdict"] == "fail"
    assert found[0]["comparison"]["baseline"] == "agent-v1"


@pytest.mark.usefixtures("slower")
def test_a_policy(run: Run, tmp_path: Path) -> None:
    """A policy that is met ends it with 0."""
    policy = tmp_path / "policy.toml"
    policy.write_text('[metrics."latency p50"]\nat_most = "2 s"\n', encoding="utf-8")
    result = run(*BOTH, "--since", "1h", "--gate", str(policy))
    assert result.stdout.endswith("pass, the gate passes\n")
    assert result.exit_code == 0


@pytest.mark.usefixtures("slower")
def test_nothing_in_time(run: Run) -> None:
    """Traffic that began before it is not looked at, and the end of the time is neither a pass nor a fail."""
    result = run(*BOTH, "--every", "0.01s", "--for", "0.02s", "--env", "staging")
    assert result.stdout.splitlines()[-1].endswith(
        "inconclusive, the time is up, and no traffic of agent-v1 and agent-v2 yet"
    )
    assert result.exit_code == 2


def test_a_source_that_is_down(run: Run) -> None:
    """A Jaeger that does not answer is said and tried again, and never a verdict."""
    result = run(*BOTH, "--source", "jaeger://127.0.0.1:1", "--every", "0.01s", "--for", "0.05s")
    first, *_, last = result.stdout.splitlines()
    assert "watching, nothing can be read now, and it is tried again: the Jaeger at http://127.0.0.1:1 does" in first
    assert "inconclusive, the time is up, and nothing can be read now" in last
    assert result.exit_code == 2


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--every", "soon"), "'soon' is no duration: give one like 30s"),
        (("--nonsense",), "No such option '--nonsense'"),
        (("--gate", "nowhere.toml"), "File 'nowhere.toml' does not exist."),
        (("--source", "nowhere"), "'nowhere' is no source of traces"),
    ],
)
def test_mistakes_are_no_verdict(run: Run, arguments: tuple[str, ...], message: str) -> None:
    """A mistake exits with a code that no verdict has."""
    result = run(*BOTH, *arguments)
    assert message in result.stderr
    assert result.exit_code == 64


@pytest.mark.usefixtures("slower")
def test_python() -> None:
    """Python gets the same looks one after the other, and may name versions by their records."""
    versions = verspan.search_logged_models(output_format="list")
    before, after = sorted(versions, key=lambda version: version.name)
    (look,) = verspan.watch(before, after, since="2020-01-01", environment="production")
    assert (look.judgement.verdict.value, look.ended) == ("fail", True)


@pytest.mark.usefixtures("slower")
def test_a_terminal_and_ctrl_c() -> None:
    """A terminal shows a table that follows; Ctrl-C leaves the last one, and exits with 2 and no traceback."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "140"}
    environment.pop("CI", None)
    command = [sys.executable, "-m", "verspan.cli", *BOTH, "--since", "1h", "--least", "1000"]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, env=environment) as process:
        os.close(theirs)
        shown = b""
        while b"too little traffic" not in shown:
            shown += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        try:
            while more := os.read(ours, 4096):
                shown += more
        except OSError:  # the other end is closed
            pass
        _, said = process.communicate()
    os.close(ours)
    assert (process.returncode, said) == (2, b"")
    text = shown.decode()
    assert "latency p95" in text
    assert "interrupted, and too little traffic for a verdict: 400 and 400 of 1000" in text
