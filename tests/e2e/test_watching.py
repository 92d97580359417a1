"""Watching two versions that have nothing but a real Jaeger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.e2e.jaeger import Jaeger
from tests.e2e.servers import wait_until
from tests.e2e.test_source import TRACES, send, version

from verspan.cli.main import verspan


def test_watch(jaeger: Jaeger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A candidate that Jaeger has no traffic of is waited for; when it has, and is slower, it fails."""
    monkeypatch.setenv("VERSPAN_STORE", str(tmp_path / "none.db"))
    send(jaeger, "canary-v1", [100 + number for number in range(TRACES)])
    place = jaeger.address.replace("http://", "jaeger://")
    asked = [
        "watch",
        "--baseline",
        "canary-v1",
        "--candidate",
        "canary-v2",
        "--source",
        place,
        "--since",
        "2h",
        "--json",
    ]
    often = [*asked, "--env", "production", "--every", "0.1s", "--for", "0.1s", "--least", "50"]
    wait_until(lambda: len(jaeger.find(version("canary-v1")["logged_model.id"])) == TRACES, "canary-v1")
    waiting = CliRunner().invoke(verspan, often, prog_name="verspan")
    last = json.loads(waiting.stdout.splitlines()[-1])
    assert (waiting.exit_code, last["traces"]) == (2, [TRACES, 0])
    assert last["judgement"]["reason"].startswith("the time is up, and no traffic of canary-v2 yet")

    send(jaeger, "canary-v2", [300 + number for number in range(TRACES)])
    wait_until(lambda: len(jaeger.find(version("canary-v2")["logged_model.id"])) == TRACES, "canary-v2")
    failed = CliRunner().invoke(verspan, often, prog_name="verspan")
    look = json.loads(failed.stdout.splitlines()[-1])
    assert (failed.exit_code, look["traces"]) == (1, [TRACES, TRACES])
    assert look["judgement"]["reason"].startswith("latency p50")
