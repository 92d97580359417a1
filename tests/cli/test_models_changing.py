"""The subcommands of `verspan models` that change a record, and what they say."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from verspan.audit.model import AuditQuery
from verspan.cli.main import verspan
from verspan.store.interface import Store
from verspan.versions.identity import model_id_for
from verspan.versions.model import LoggedModel, LoggedModelStatus

Run = Callable[..., Result]
pytestmark = pytest.mark.usefixtures("recorded")
V1, V2 = model_id_for("shop", "agent-v1"), model_id_for("shop", "agent-v2")


def kept(store: Store, model_id: str = V2) -> LoggedModel:
    """A version as the store has it."""
    found = store.get_model(model_id)
    assert found is not None
    return found


def test_tags(run: Run, store: Store) -> None:
    """Tags are set, changed and taken away; a value may have any characters."""
    assert run("models", "tag", "agent-v2", "team=search", "why=a = b").stdout == (
        "agent-v2 has the tags team=search, why=a = b\n"
    )
    assert run("models", "untag", "agent-v2", "why").stdout == "agent-v2 has the tags team=search\n"
    assert run("models", "untag", "agent-v2", "team").stdout == "agent-v2 has no tags\n"
    assert kept(store).tags == {}
    result = run("models", "untag", "agent-v2", "team")
    assert (result.stderr, result.exit_code) == ("verspan: the version agent-v2 has no tag 'team'\n", 1)
    result = run("models", "tag", "agent-v2", "team")
    assert (result.stderr, result.exit_code) == ("verspan: 'team' gives nothing a value: write NAME=VALUE\n", 2)


def test_params(run: Run, store: Store) -> None:
    """Parameters are added and listed, and those of a version that is READY keep their values."""
    assert run("models", "params", "agent-v2", "tries=3").stdout.splitlines()[2:] == [
        "temperature  0.7",
        "tries        3",
    ]
    assert run("models", "params", "agent-v1").stderr.startswith("agent-v1 has no parameters: verspan models params m-")
    result = run("models", "params", "agent-v2", "tries=4")
    assert result.exit_code == 2
    assert result.stderr.startswith(
        "verspan: the parameter 'tries' of the version agent-v2 is '3' and cannot become '4'"
    )
    assert kept(store).params == {"temperature": "0.7", "tries": "3"}


def test_metrics(run: Run, store: Store) -> None:
    """Measurements are added and listed; what is no finite number is refused."""
    listed = run("models", "metrics", "agent-v2", "quality=0.93", "--step", "2", "--dataset", "held-out").stdout
    assert listed.splitlines()[2].split()[:4] == ["quality", "0.93", "2", "held-out"]
    assert [(each.key, each.value, each.step, each.dataset_name) for each in kept(store).metrics] == [
        ("quality", 0.93, 2, "held-out")
    ]
    for value in ("high", "nan", "inf", ""):
        result = run("models", "metrics", "agent-v2", f"quality={value}")
        assert (result.stderr, result.exit_code) == (
            f"verspan: the metric 'quality' is {value!r}, which is no finite number\n",
            2,
        )


def test_note(run: Run, store: Store) -> None:
    """A note is an argument or standard input, and is taken away again."""
    assert run("models", "note", "agent-v2", "shorter answers").stdout == "agent-v2 has the note: shorter answers\n"
    piped = CliRunner().invoke(verspan, ["models", "note", "agent-v2"], input="from\na file\n", prog_name="verspan")
    assert piped.stdout == "agent-v2 has the note: from a file\n"
    assert kept(store).note == "from\na file"
    assert run("models", "note", "agent-v2", "--remove").stdout == "agent-v2 has no note\n"
    assert run("models", "note", "agent-v2", "x", "--remove").exit_code == 2


def test_aliases(run: Run, store: Store) -> None:
    """An alias goes from version to version, names one wherever one is named, and its moves are listed."""
    assert run("models", "alias", "agent-v1", "champion").stdout == "agent-v1 is shop@champion\n"
    assert run("models", "alias", "agent-v2", "champion").stdout == "agent-v2 is shop@champion\n"
    assert json.loads(run("models", "show", "shop@champion", "--json").stdout)["model"]["name"] == "agent-v2"
    assert (
        len(json.loads(run("traces", "--model", "@champion", "--experiment", "shop", "--json").stdout)["traces"]) == 2
    )
    assert run("models", "alias", "shop@champion", "champion", "--remove").stdout == (
        "agent-v2 is no longer shop@champion\n"
    )
    moves = json.loads(run("models", "aliases", "champion", "--experiment", "shop", "--json").stdout)["moves"]
    assert [(move["from_model_id"], move["to_model_id"]) for move in moves] == [(V2, None), (V1, V2), (None, V1)]
    lines = run("models", "aliases", "--experiment", "shop").stdout.splitlines()[2:]
    assert [line.split()[2:5] for line in lines] == [
        ["champion", "agent-v2", "-"],
        ["champion", "agent-v1", "agent-v2"],
        ["champion", "-", "agent-v1"],
    ]
    assert run("models", "aliases", "--experiment", "blog").stderr.startswith("no alias in experiment 'blog'")
    assert run("models", "alias", "agent-v1", "a@b").exit_code == 2


def test_links(run: Run, store: Store) -> None:
    """Parent and baseline are set and taken away."""
    assert run("models", "link", "agent-v2", "--parent", "agent-v1", "--baseline", V1).stdout == (
        f"agent-v2 comes from {V1}, is compared with {V1}\n"
    )
    assert run("models", "link", "agent-v2", "--parent", "").stdout == (
        f"agent-v2 comes from none, is compared with {V1}\n"
    )
    assert (kept(store).parent_model_id, kept(store).baseline_model_id) == (None, V1)
    assert run("models", "link", "agent-v2").exit_code == 2
    assert run("models", "link", "agent-v2", "--parent", "agent-v2").exit_code == 2


def test_deleted(run: Run, store: Store) -> None:
    """A deleted version is left out of lists, shown with --all, and restored by its name."""
    result = run("models", "delete", "agent-v2")
    assert (result.stdout, result.stderr) == (
        "agent-v2 is deleted\n",
        f"to have it back: verspan models restore {V2}\n",
    )
    names = [row["model"]["name"] for row in json.loads(run("models", "--json").stdout)["models"]]
    assert names == ["writer", "agent-v1"]
    assert "READY, deleted" in run("models", "--all").stdout
    assert run("models", "show", "agent-v2").exit_code == 1
    assert "READY, deleted" in run("models", "show", V2).stdout
    assert run("models", "restore", "agent-v2").stdout == "agent-v2 is listed\n"
    assert kept(store).deleted_timestamp is None


def test_audited(run: Run, store: Store) -> None:
    """What the command line changes is in the audit log."""
    run("models", "tag", "agent-v2", "team=search")
    (entry,) = store.audit.find(AuditQuery(action="model.tag"), 2)
    assert (entry.subject_id, entry.before, entry.after) == (
        V2,
        {"tags": {"team": "support"}},
        {"tags": {"team": "search"}},
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["tag", "agent-v2", "a=b"],
        ["untag", "agent-v2", "team"],
        ["params", "agent-v2"],
        ["metrics", "agent-v2"],
        ["note", "agent-v2", "x"],
        ["alias", "agent-v2", "x"],
        ["link", "agent-v2", "--parent", "agent-v1"],
        ["delete", "agent-v2"],
        ["restore", "agent-v2"],
    ],
)
def test_json(run: Run, store: Store, arguments: list[str]) -> None:
    """Each command prints the whole record as JSON."""
    printed = json.loads(run("models", *arguments, "--json").stdout)["model"]
    assert printed["model_id"] == V2
    assert printed["status"] == LoggedModelStatus.READY.value
    assert printed["tags"] == kept(store).tags


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tag", "agent-v2", f"a={'x' * 10_000}"], "the tag 'a' has 10000 characters, and 8000 is the most"),
        (["tag", "agent-v2", f"{'x' * 300}=1"], "the tag's name 'xxxxxxxxxxxxxxxxxxxx'… has 300 characters"),
        (["tag", "agent-v2", "a=\udcff"], "the tag 'a' has a NUL character or half a character in it"),
        (["params", "agent-v2", "=1"], "the parameter's name is empty"),
        (["alias", "agent-v2", "\x1b[2J"], "the alias '\\x1b[2J' has characters that control a terminal"),
        (["tag", "nobody", "a=1"], "no version has a name or an id that is or begins 'nobody'"),
    ],
)
def test_hostile(run: Run, arguments: list[str], message: str) -> None:
    """What cannot be kept is refused in one line."""
    result = run("models", *arguments)
    assert result.stderr.startswith(f"verspan: {message}")
    assert result.stderr.count("\n") == 1
    assert result.exit_code in (1, 2)
