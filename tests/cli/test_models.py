"""`verspan models` and `verspan models show`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from inline_snapshot import snapshot

from verspan.store.interface import Store
from verspan.versions.identity import model_id_for
from verspan.versions.model import LoggedModel, ModelMetric

Run = Callable[..., Result]
EMPTY = '{\n  "models": [],\n  "more": false,\n  "next_page_token": null\n}\n'


@pytest.mark.usefixtures("recorded")
def test_list_in_a_pipe(run: Run) -> None:
    """In a pipe every column is there, and ids are whole."""
    result = run("models")
    assert result.stdout == snapshot("""\
name      id                                  experiment  status  created              code                 traces  calls  errors      tokens       cost     p50     p95
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
agent-v2  m-853a611a3c5be0df623f973a6304bade  shop        READY   2025-11-23 08:17:01  main@1a2b3c4d dirty       2      3       1  1713 → 162  $0.000354  410 ms  410 ms
writer    m-3d5e8831ad446c0b126b5458d4b1b27d  blog        READY   2025-11-23 08:13:01  -                         0      0       0           -          -       -       -
agent-v1  m-562fb271f534adca2cf125d409f30094  shop        READY   2025-11-23 08:12:01  main@0f0f0f0f             1      1       0      20 → 5  $0.000006  297 ms  297 ms
""")  # noqa: E501 - as wide as it is printed
    assert (result.stderr, result.exit_code) == ("", 0)


@pytest.mark.usefixtures("recorded")
def test_list_in_a_narrow_window(run: Run) -> None:
    """At 80 characters the figures stay, and what is left out is said."""
    result = run("models", columns=80)
    assert result.stdout == snapshot("""\
name      traces  calls  errors      tokens       cost     p50     p95
──────────────────────────────────────────────────────────────────────
agent-v2       2      3       1  1713 → 162  $0.000354  410 ms  410 ms
writer         0      0       0           -          -       -       -
agent-v1       1      1       0      20 → 5  $0.000006  297 ms  297 ms
""")
    assert result.stderr == snapshot("too narrow for: id, experiment, status, created, code\n")


@pytest.mark.usefixtures("recorded")
def test_one_experiment(run: Run) -> None:
    """--experiment lists one experiment's versions."""
    listed = json.loads(run("models", "--experiment", "blog", "--json").stdout)
    assert [row["model"]["name"] for row in listed["models"]] == ["writer"]


@pytest.mark.usefixtures("recorded")
def test_limit(run: Run) -> None:
    """--limit lists the newest, and says how to see more."""
    result = run("models", "--limit", "2", "--json")
    listed = json.loads(result.stdout)
    assert [row["model"]["name"] for row in listed["models"]] == ["agent-v2", "writer"]
    assert listed["more"] is True
    assert result.stderr == "there are more: --limit 8\n"


@pytest.mark.usefixtures("recorded")
def test_json(run: Run) -> None:
    """The JSON holds the whole record and the figures, times in ISO 8601 beside the numbers."""
    listed = json.loads(run("models", "--json", "--limit", "1").stdout)
    assert listed["models"] == snapshot(
        [
            {
                "model": {
                    "model_id": "m-853a611a3c5be0df623f973a6304bade",
                    "name": "agent-v2",
                    "experiment_id": "e-a7374cb33201cd4e355d071b49715e1c",
                    "experiment_name": "shop",
                    "creation_timestamp": 1763885821123,
                    "creation_time": "2025-11-23T08:17:01.123000Z",
                    "last_updated_timestamp": 1763885821123,
                    "last_updated_time": "2025-11-23T08:17:01.123000Z",
                    "status": "READY",
                    "git": {
                        "commit": "1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d",
                        "branch": "main",
                        "remote_url": "https://example.org/shop.git",
                        "dirty": True,
                    },
                    "params": {"temperature": "0.7"},
                    "tags": {"team": "support"},
                    "metrics": [],
                    "aliases": [],
                    "note": None,
                    "model_type": None,
                    "parent_model_id": None,
                    "baseline_model_id": None,
                    "fingerprint": None,
                    "fingerprints": [],
                    "capture_id": None,
                    "deleted_timestamp": None,
                    "deleted_time": None,
                },
                "figures": {
                    "model_id": "m-853a611a3c5be0df623f973a6304bade",
                    "traces": 2,
                    "calls": 3,
                    "errors": 1,
                    "input_tokens": 1713,
                    "output_tokens": 162,
                    "cost_usd": 0.00035415,
                    "unpriced_calls": 0,
                    "p50_ms": 409.566989811981,
                    "p95_ms": 409.566989811981,
                    "first_seen_ns": 1763885521123456789,
                    "first_seen_time": "2025-11-23T08:12:01.123456Z",
                    "last_seen_ns": 1763885641213456789,
                    "last_seen_time": "2025-11-23T08:14:01.213456Z",
                },
            }
        ]
    )


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("typed", ["agent-v2", model_id_for("shop", "agent-v2"), model_id_for("shop", "agent-v2")[:8]])
def test_show(run: Run, typed: str) -> None:
    """A version is shown whole, by its name, its id or the beginning of its id."""
    result = run("models", "show", typed)
    assert result.stdout == snapshot("""\
name               agent-v2
id                 m-853a611a3c5be0df623f973a6304bade
experiment         shop (e-a7374cb33201cd4e355d071b49715e1c)
status             READY
created            2025-11-23 08:17:01
updated            2025-11-23 08:17:01
commit             1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d
branch             main
remote             https://example.org/shop.git
files              changed since the commit
traces             2
calls              3, 1 of them failed
tokens             1,713 in, 162 out
cost               $0.000354
call p50           410 ms
call p95           410 ms
first seen         2025-11-23 08:12:01
last seen          2025-11-23 08:14:01
param temperature  0.7
tag team           support
""")
    assert result.stderr == (
        "\nits traces: verspan traces --model agent-v2\nwhat has changed since: verspan diff agent-v2 .\n"
    )


@pytest.mark.usefixtures("recorded")
def test_show_json(run: Run) -> None:
    """`models show --json` gives what `models --json` gives of the version, and what it used and was captured as."""
    listed = json.loads(run("models", "--json").stdout)["models"]
    shown = json.loads(run("models", "show", "agent-v1", "--json").stdout)
    assert shown == {**listed[2], "prompts": [], "captures": []}


@pytest.mark.usefixtures("recorded")
def test_unknown(run: Run) -> None:
    """An unknown name is one line that says where names are listed, and a negative answer."""
    result = run("models", "show", "nobody")
    line = "verspan: no version has a name or an id that is or begins 'nobody': `verspan models` lists them\n"
    assert (result.stdout, result.stderr, result.exit_code) == ("", line, 1)


@pytest.mark.usefixtures("recorded")
def test_ambiguous(run: Run) -> None:
    """A beginning that several versions have lists them."""
    result = run("models", "show", "agent")
    assert result.stderr == snapshot("""\
verspan: 'agent' may be any of these versions, give an id or more of the name:
  m-853a611a3c5be0df623f973a6304bade  agent-v2  (shop)
  m-562fb271f534adca2cf125d409f30094  agent-v1  (shop)
""")
    assert result.exit_code == 1


@pytest.mark.parametrize("as_json", [False, True])
def test_no_store(run: Run, *, as_json: bool) -> None:
    """Where nothing is recorded yet the list is empty and says what to type next; that is no error."""
    result = run("models", *(["--json"] if as_json else []))
    assert result.stdout == (EMPTY if as_json else "")
    assert result.stderr.startswith("nothing is recorded yet at /")
    assert result.stderr.endswith(
        "record a first trace with `verspan demo`, or your own with `verspan run python app.py`\n"
    )
    assert result.exit_code == 0


@pytest.mark.usefixtures("store")
def test_empty_store(run: Run) -> None:
    """An empty store says what to type next, and an experiment without versions where there are some."""
    assert run("models").stderr.startswith("no version yet: record a first trace")
    assert run("models", "--experiment", "x").stderr.startswith("no version in experiment 'x'")


def test_version_known_from_spans_alone(run: Run, store: Store, make_span: Callable[..., object]) -> None:
    """A version that only spans have told of is listed with its figures."""
    store.write_spans([make_span(1, "answer", version="elsewhere")])  # type: ignore[list-item] # what the fixture builds
    assert run("models").stdout == snapshot("""\
name       id                                  experiment  status  created              code  traces  calls  errors  tokens  cost  p50  p95
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
elsewhere  m-e3a8f41473a57b1abf742dd91bf3114e              READY   2025-11-23 08:12:01  -          1      0       0       -     -    -    -
""")  # noqa: E501 - as wide as it is printed
    assert run("models", "show", "elsewhere").stdout == snapshot("""\
name        elsewhere
id          m-e3a8f41473a57b1abf742dd91bf3114e
experiment   ()
status      READY
created     2025-11-23 08:12:01
updated     2025-11-23 08:12:01
code        not in a git repository
traces      1
calls       0, 0 of them failed
tokens      0 in, 0 out
cost        -
call p50    -
call p95    -
first seen  2025-11-23 08:12:01
last seen   2025-11-23 08:12:01
""")


def test_hostile_names(run: Run, store: Store, make_model: Callable[..., LoggedModel]) -> None:
    """A parameter that would steer the terminal is shown, not obeyed; its name is quoted for the shell."""
    store.upsert_model(make_model("it's $(mine)", params={"prompt": "\x1b[2Jgone\x9b"}))
    result = run("models", "show", "it's $(mine)")
    assert "param prompt  ␛[2Jgone�" in result.stdout
    assert result.stderr.startswith("\nits traces: verspan traces --model 'it'\"'\"'s $(mine)'\n")


@pytest.mark.usefixtures("recorded")
def test_filter_and_order(run: Run) -> None:
    """--filter and --order-by list what a search finds, and pages go on where the one before ended."""

    def listed(*options: str) -> tuple[list[str], str | None]:
        found = json.loads(run("models", "--json", *options).stdout)
        return [row["model"]["name"] for row in found["models"]], found["next_page_token"]

    assert listed("--filter", "name LIKE 'agent%' AND NOT tags.team = 'support'") == (["agent-v1"], None)
    names, token = listed("--order-by", "name DESC", "--limit", "2")
    assert (names, token is None) == (["writer", "agent-v2"], False)
    assert listed("--order-by", "name DESC", "--limit", "2", "--page-token", token or "") == (["agent-v1"], None)
    assert run("models", "--filter", "name = 'x'").stderr == (
        "no version matches the filter: `verspan models` lists all\n"
    )


@pytest.mark.usefixtures("recorded")
def test_filter_that_cannot_be_read(run: Run) -> None:
    """A filter that cannot be understood is wrong usage, and the message points at the place."""
    result = run("models", "--filter", "metrics.quality > 'high'")
    assert (result.stdout, result.exit_code) == ("", 2)
    assert result.stderr == snapshot("""\
verspan: 'high' stands where a number to compare metrics.quality with is expected, at character 19 of
  metrics.quality > 'high'
                    ^
""")


@pytest.mark.usefixtures("recorded")
def test_whole_record(run: Run, store: Store) -> None:
    """`models show` shows everything that has been written on a version."""
    old, new = model_id_for("shop", "agent-v1"), model_id_for("shop", "agent-v2")
    store.models.set_alias(new, "champion")
    store.models.set_note(new, "shorter answers")
    store.models.set_parent(new, old)
    store.models.log_metrics(new, [ModelMetric("quality", 0.5, 1), ModelMetric("quality", 0.25, 2)])
    store.models.log_metrics(new, [ModelMetric("quality", 0.75, 1, dataset_name="held-out")])
    lines = run("models", "show", "shop@champion").stdout.splitlines()
    assert [line.split(maxsplit=1) for line in lines if line.startswith(("alias", "note", "parent"))] == [
        ["aliases", "shop@champion"],
        ["note", "shorter answers"],
        ["parent", old],
    ]
    assert [line.split(maxsplit=2)[1:] for line in lines if line.startswith("metric")] == [
        ["quality", "0.25"],
        ["quality", "0.75 on held-out"],
    ]
    assert run("models").stdout.splitlines()[2].split()[:2] == ["agent-v2", "champion"]
