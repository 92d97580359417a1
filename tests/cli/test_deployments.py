"""`verspan deploy`, `undeploy`, `rollback`, `live` and `deployments`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import Result

from verspan.store.conformance.records import call, stamp
from verspan.store.interface import Store

Run = Callable[..., Result]
NINE, TEN, ELEVEN = ("2026-09-21T09:00Z", "2026-09-21T10:00Z", "2026-09-21T11:00Z")


@pytest.fixture
def deployed(run: Run, recorded: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store in which agent-v1 was replaced by agent-v2 in production, by ada."""
    monkeypatch.setenv("VERSPAN_ACTOR", "ada")
    run("deploy", "agent-v1", "--env", "production", "--at", NINE, "--note", "first")
    run("deploy", "agent-v2", "--env", "production", "--at", TEN)


@pytest.mark.usefixtures("recorded")
def test_deploy(run: Run) -> None:
    """What was written down is said, with how to see it."""
    result = run("deploy", "agent-v1", "--env", "production", "--at", NINE)
    assert result.stdout == "agent-v1 is live in production since 2026-09-21 09:00:00\n"
    assert result.stderr == "what was live when: verspan deployments --env production\n"
    told = json.loads(run("deploy", "agent-v1", "--env", "production", "--json").stdout)
    assert (told["start_time"], told["end_timestamp"]) == ("2026-09-21T09:00:00.000000Z", None)


@pytest.mark.usefixtures("deployed")
def test_live(run: Run) -> None:
    """What was live at a moment is answered from the ledger, and nothing before it."""
    for moment, name in ((NINE, "agent-v1"), ("2026-09-21T11:59:59+02:00", "agent-v1"), (TEN, "agent-v2")):
        (answer,) = json.loads(run("live", "--at", moment, "--env", "production", "--json").stdout)["live"]
        assert [each["model_name"] for each in answer["versions"]] == [name], moment
    before = run("live", "--at", "2026-09-21T08:59Z", "--env", "production")
    assert (before.exit_code, before.stdout) == (1, "")
    assert before.stderr == "nothing is known to have been live then\n"


@pytest.mark.usefixtures("deployed")
def test_live_by_one_source(run: Run) -> None:
    """The ledger alone, the traffic alone, or another place's traffic is gone by where that is asked for."""
    by_ledger = json.loads(run("live", "--source", "ledger", "--at", TEN, "--json").stdout)["live"]
    assert [each["versions"][0]["model_name"] for each in by_ledger] == ["agent-v2"]
    by_traffic = json.loads(run("live", "--source", "traffic", "--at", TEN, "--json").stdout)["live"]
    assert [each["environment"] for each in by_traffic] == [""]
    assert "does not answer as one" in run("live", "--source", "jaeger://127.0.0.1:1").stderr


@pytest.mark.usefixtures("deployed")
def test_live_with_traffic(run: Run, store: Store) -> None:
    """Spans stand beside the ledger as evidence, and what was seen undeployed is told."""
    resource = {"deployment.environment.name": "production"}
    spans = [replace(call(number, trace=100 + number, **stamp("canary")), resource=resource) for number in range(1, 9)]
    store.write_spans(spans)
    result = run("live", "--at", "2026-09-21T14:13:25Z", "--env", "production")
    header, _rule, *rows = result.stdout.splitlines()
    assert header.split("  ")[0] == "environment"
    assert [row.split()[1] for row in rows[:2]] == ["agent-v2", "canary"]
    assert "traffic" in rows[1]
    assert "The ledger and the traffic disagree:" in rows
    assert "seen, and never deployed" in rows[-1]


@pytest.mark.usefixtures("deployed")
def test_history(run: Run) -> None:
    """The ledger is listed with from when to when, by whom and why."""
    header, _rule, first, second = run("deployments", "--env", "production").stdout.split("\n\n")[0].splitlines()
    assert header.split() == ["environment", "version", "from", "to", "by", "note"]
    assert first.split() == [
        *("production", "agent-v1", "2026-09-21", "09:00:00", "2026-09-21", "10:00:00", "ada", "first"),
    ]
    assert second.split() == ["production", "agent-v2", "2026-09-21", "10:00:00", "-", "ada", "-"]
    history = json.loads(run("deployments", "--json").stdout)
    assert history.keys() == {"deployments", "presences", "shares", "contradictions"}
    assert {each["adoption"] for each in history["presences"]} <= {"ADOPTED", "REPLACED", "ROLLED_BACK", "UNADOPTED"}


@pytest.mark.usefixtures("recorded")
def test_shares(run: Run) -> None:
    """Shares over time are listed by stretches of as many hours as are asked for."""
    header, _rule, *rows = run("deployments", "--shares", "--hours", "1").stdout.splitlines()
    assert header.split() == ["from", "environment", "version", "calls", "share"]
    assert {row.split()[3] for row in rows} == {"agent-v1", "agent-v2"}


@pytest.mark.usefixtures("deployed")
def test_rolled_back_and_taken_away(run: Run) -> None:
    """Going back and taking away are written down and said."""
    back = run("rollback", "--env", "production", "--at", ELEVEN, "--json")
    assert json.loads(back.stdout)["rollback"] is True
    gone = run("undeploy", "agent-v1", "--env", "production", "--at", "2026-09-21T12:00Z")
    assert gone.stdout == "agent-v1 is no longer live in production since 2026-09-21 12:00:00\n"
    assert "rollback" in run("deployments").stdout
    assert run("rollback", "--env", "staging").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("deploy", "agent-v1"), 2, "Missing option '--env'"),
        (("deploy", "agent", "--env", "production"), 1, "may be any of these versions"),
        (("deploy", "nothing", "--env", "production"), 1, "no version"),
        (("deploy", "agent-v1", "--env", " "), 2, "environment name"),
        (("deploy", "agent-v1", "--env", "production", "--at", "2199-01-01"), 2, "between 1970 and now"),
        (("live", "--at", "noon"), 2, "'noon' is no time"),
        (("live", "--at", "0001-01-01"), 2, "beyond what a clock can show"),
        (("undeploy", "--env", "production"), 1, "nothing is live in 'production'"),
        (("live", "--source", "hearsay"), 2, "'hearsay' is none of ledger, traffic, or a place"),
    ],
)
@pytest.mark.usefixtures("recorded")
def test_wrong_usage(run: Run, arguments: tuple[str, ...], code: int, message: str) -> None:
    """What cannot be done is one line on stderr."""
    result = run(*arguments)
    assert (result.exit_code, message in result.stderr, result.stdout) == (code, True, ""), result.stderr


def test_nothing_recorded(run: Run) -> None:
    """Where there is no store yet it is said what makes one."""
    for command in ("live", "deployments"):
        assert "nothing is recorded yet" in run(command).stderr
