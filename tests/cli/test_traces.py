"""`verspan traces`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from inline_snapshot import snapshot

from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan.versions.identity import model_id_for

Run = Callable[..., Result]
ANSWER = "5b8aa5a2d2c872e8321cf37308d69df2"
GREETING = "5b8f00000000000000000000000000aa"
FAILURE = "ffff0000000000000000000000000001"

pytestmark = pytest.mark.usefixtures("recorded")


def found(result: Result) -> list[str]:
    """The ids of the traces that a command listed as JSON."""
    return [trace["trace_id"] for trace in json.loads(result.stdout)["traces"]]


def test_list_in_a_pipe(run: Run) -> None:
    """In a pipe every column is there, and ids are whole."""
    result = run("traces")
    assert result.stdout == snapshot("""\
trace                             started              status    took  spans      tokens       cost  version   experiment  session  user  name              asked
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
ffff0000000000000000000000000001  2025-11-23 08:14:01  error    90 ms      1           -          -  agent-v2  shop        -        -     chat gpt-4o-mini  Hi
5b8f00000000000000000000000000aa  2025-11-23 08:13:01  ok      300 ms      1      20 → 5  $0.000006  agent-v1  shop        -        -     chat gpt-4o-mini  Hello!
5b8aa5a2d2c872e8321cf37308d69df2  2025-11-23 08:12:01  ok      1.24 s      6  1713 → 162  $0.000354  agent-v2  shop        s-1      u-17  answer            Where is my order 1234?
""")  # noqa: E501 - as wide as it is printed
    assert (result.stderr, result.exit_code) == ("", 0)


def test_list_in_a_narrow_window(run: Run) -> None:
    """At 80 characters ids are cut to a beginning, and what is left out is said."""
    result = run("traces", columns=80)
    assert result.stdout == snapshot("""\
trace     started              status    took       cost  version   name
────────────────────────────────────────────────────────────────────────────────
ffff0000  2025-11-23 08:14:01  error    90 ms          -  agent-v2  chat gpt-4o…
5b8f0000  2025-11-23 08:13:01  ok      300 ms  $0.000006  agent-v1  chat gpt-4o…
5b8aa5a2  2025-11-23 08:12:01  ok      1.24 s  $0.000354  agent-v2  answer
""")
    assert result.stderr == snapshot("too narrow for: spans, tokens, experiment, session, user, asked\n")


def test_json(run: Run) -> None:
    """The JSON holds the whole summary, times in ISO 8601 beside the nanoseconds."""
    assert json.loads(run("traces", "--session", "s-1", "--json").stdout) == snapshot(
        {
            "traces": [
                {
                    "trace_id": "5b8aa5a2d2c872e8321cf37308d69df2",
                    "name": "answer",
                    "status": "OK",
                    "start_ns": 1763885521123456789,
                    "start_time": "2025-11-23T08:12:01.123456Z",
                    "end_ns": 1763885522363456789,
                    "end_time": "2025-11-23T08:12:02.363456Z",
                    "span_count": 6,
                    "error_count": 1,
                    "model_id": "m-853a611a3c5be0df623f973a6304bade",
                    "model_name": "agent-v2",
                    "experiment_name": "shop",
                    "session_id": "s-1",
                    "user_id": "u-17",
                    "input_tokens": 1713,
                    "output_tokens": 162,
                    "cost_usd": 0.00035415,
                    "unpriced_calls": 0,
                    "tags": {},
                    "metadata": {},
                    "request_preview": "Where is my order 1234?",
                    "response_preview": "Your order 1234 was shipped on Monday.",
                    "duration_ms": 1240.0,
                }
            ],
            "next_page_token": None,
        }
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], [FAILURE, GREETING, ANSWER]),
        (["--model", "agent-v1"], [GREETING]),
        (["--model", model_id_for("shop", "agent-v1")[:9]], [GREETING]),
        (["--model", "agent-v1", "--model", "agent-v2"], [FAILURE, GREETING, ANSWER]),
        (["--model", "writer"], []),
        (["--experiment", "shop"], [FAILURE, GREETING, ANSWER]),
        (["--experiment", "blog"], []),
        (["--status", "error"], [FAILURE]),
        (["--status", "ok"], [GREETING, ANSWER]),
        (["--status", "in_progress"], []),
        (["--since", "2025-11-23T08:13:00Z"], [FAILURE, GREETING]),
        (["--until", "2025-11-23 08:13:00"], [ANSWER]),
        (["--since", "2h"], []),
        (["--text", "ORDER shipped"], [ANSWER]),
        (["--text", "order parrot"], []),
        (["--session", "s-1"], [ANSWER]),
        (["--user", "u-17", "--status", "ok"], [ANSWER]),
        (["--limit", "1"], [FAILURE]),
        (["--limit", "1", "--all"], [FAILURE, GREETING, ANSWER]),
    ],
)
def test_filters(run: Run, filters: list[str], expected: list[str]) -> None:
    """Every filter that is given must match, and the newest come first."""
    result = run("traces", *filters, "--json")
    assert (found(result), result.exit_code) == (expected, 0)


def test_pages(run: Run) -> None:
    """The end of a page says how to see the next, and the last page says nothing."""
    first = run("traces", "--limit", "2", "--json")
    token = json.loads(first.stdout)["next_page_token"]
    second = run("traces", "--limit", "2", "--json", "--page-token", token)
    assert first.stderr == f"there are more: add --page-token {token}, or --all\n"
    assert (found(first), found(second)) == ([FAILURE, GREETING], [ANSWER])
    assert (json.loads(second.stdout)["next_page_token"], second.stderr) == (None, "")


def test_nothing_matches(run: Run) -> None:
    """Where no trace matches, stdout is empty and a line says what would find more."""
    result = run("traces", "--user", "nobody")
    line = "no trace matches: fewer filters find more, and `verspan models` lists the versions\n"
    assert (result.stdout, result.stderr, result.exit_code) == ("", line, 0)


def test_unknown_version(run: Run) -> None:
    """An unknown version is a negative answer that says where versions are listed."""
    result = run("traces", "--model", "nobody", "--experiment", "shop")
    assert result.stderr == (
        "verspan: no version in experiment 'shop' has a name or an id that is or begins 'nobody': "
        "`verspan models` lists them\n"
    )
    assert (result.stdout, result.exit_code) == ("", 1)


def test_no_time(run: Run) -> None:
    """What is no time is wrong usage, and the line says what is understood."""
    result = run("traces", "--since", "yesterday")
    assert result.stderr == (
        "verspan: Invalid value for '--since': 'yesterday' is no time: give one like 2026-11-23, "
        "2026-11-23T08:15:00Z, 30m, 2h or 3d. See 'verspan traces --help'.\n"
    )
    assert (result.stdout, result.exit_code) == ("", 2)


def test_no_page_token(run: Run) -> None:
    """A token that no page gave is wrong usage."""
    result = run("traces", "--page-token", "x")
    assert result.stderr == "verspan: page_token='x' is not one that a page of traces gave\n"
    assert (result.stdout, result.exit_code) == ("", 2)


def test_unfinished(run: Run, store: Store, make_span: Callable[..., SpanRecord]) -> None:
    """A trace whose root was not kept yet is listed as in progress."""
    store.write_spans([make_span(41, "step", parent=40, trace_id="ab" * 16, start_ms=200_000, version=None)])
    assert run("traces", "--status", "in_progress").stdout == snapshot("""\
trace                             started              status        took  spans  tokens  cost  version  experiment  session  user  name  asked
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
abababababababababababababababab  2025-11-23 08:15:21  in progress  10 ms      1       -     -  -        -           -        -     step  -
""")  # noqa: E501 - as wide as it is printed


def test_no_store(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is recorded yet the list is empty whatever the filters, and says what to type next."""
    monkeypatch.setenv("VERSPAN_STORE", "/nowhere/store.db")
    result = run("traces", "--model", "agent-v1", "--json")
    assert json.loads(result.stdout) == {"traces": [], "next_page_token": None}
    assert result.stderr.startswith("nothing is recorded yet at /nowhere/store.db: record a first trace")
    assert result.exit_code == 0


def test_store_option(run: Run, monkeypatch: pytest.MonkeyPatch, recorded: Store) -> None:
    """--store names the place, whatever the environment says."""
    monkeypatch.setenv("VERSPAN_STORE", "/nowhere/store.db")
    assert found(run("traces", "--store", recorded.location, "--json")) == [FAILURE, GREETING, ANSWER]
