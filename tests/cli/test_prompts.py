"""``verspan prompts`` and what is below it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from verspan.prompts.checking import checked_content
from verspan.prompts.model import PromptLink
from verspan.store.interface import Store
from verspan.store.opening import open_store

from .conftest import Run

TEXT = "You are an agent.\nAnswer politely in {{ language }}.\n"
CHAT = [
    {"role": "system", "content": "Be {{ style }}.\x1b[2J"},
    {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
]


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Store]:
    """A store with two prompts, one of them of two versions."""
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        store.prompts.register("support", checked_content(TEXT, {"language": "string"}), commit_message="Begin")
        store.prompts.register("support", checked_content(TEXT.replace("politely", "briefly")), tags={"author": "ann"})
        store.prompts.register("chat", checked_content(CHAT, None, {"type": "object"}, {"temperature": 0.2}))
        store.prompts.set_alias("support", "production", 1)
        store.prompts.set_tag("support", "team", "care")
        store.prompts.link([PromptLink("m-1", "support", 1)])
        yield store


def test_list(run: Run, registry: Store) -> None:
    """The list has a line for each prompt, by name, and JSON has every field."""
    listed = run("prompts")
    assert listed.exit_code == 0
    rows = [line.split()[:3] for line in listed.stdout.splitlines()[2:]]
    assert rows == [["chat", "1", "-"], ["support", "2", "production"]]
    document = json.loads(run("prompts", "--json", "--filter", "tags.team = 'care'").stdout)
    (prompt,) = document["prompts"]
    assert (document["more"], prompt["name"], prompt["latest_version"]) == (False, "support", 2)
    assert (prompt["aliases"], prompt["tags"]) == ({"production": 1}, {"team": "care"})
    assert "there are more: --limit 4" in run("prompts", "--limit", "1").stderr
    assert "no prompt matches" in run("prompts", "--filter", "name = 'x'").stderr
    assert run("prompts", "--filter", "name =").exit_code == 2


def test_nothing(run: Run) -> None:
    """Without a store, and without a prompt, it is said how to begin, and nothing is made."""
    assert "nothing is recorded yet" in run("prompts").stderr
    assert not Path("store.db").exists()
    open_store("sqlite:///store.db").close()
    assert "no prompt yet: register one with `verspan prompts register" in run("prompts").stderr
    assert json.loads(run("prompts", "--json").stdout) == {"prompts": [], "more": False}


def test_show(run: Run, registry: Store) -> None:
    """A version is shown with its template, variables and users; control characters do nothing to the terminal."""
    shown = run("prompts", "show", "support@production").stdout
    assert [line.split(maxsplit=1) for line in shown.splitlines()[:7] if "registered" not in line] == [
        ["prompt", "support"],
        ["version", "1"],
        ["aliases", "production"],
        ["message", "Begin"],
        ["variable", "language  string"],
        ["used", "by            m-1"],
    ]
    assert "\nYou are an agent.\nAnswer politely in {{ language }}.\n\n" in shown
    assert [line.split()[::4] for line in shown.splitlines()[-2:]] == [["2", "-"], ["1", "Begin"]]
    chat = run("prompts", "show", "chat")
    assert "\x1b" not in chat.stdout
    assert "system\nBe {{ style }}.␛[2J" in chat.stdout
    assert "verspan audit --subject chat" in chat.stderr
    document = json.loads(run("prompts", "show", "support/2", "--json").stdout)
    assert (document["used_by"], document["prompt"]["tags"]) == ([], {"author": "ann"})
    assert [version["version"] for version in document["versions"]] == [2, 1]
    assert document["prompt"]["content"]["template"] == TEXT.replace("politely", "briefly")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("billing", "there is no prompt 'billing': `verspan prompts` lists"),
        ("support/3", "there is no prompts:/support/3: the newest version is 2, production is 1"),
        ("support@staging", "there is no prompts:/support@staging: the newest version is 2, production is 1"),
    ],
)
def test_unknown(run: Run, registry: Store, name: str, message: str) -> None:
    """What is not there is one line that says what is."""
    shown = run("prompts", "show", name)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert message in shown.stderr
    assert len(shown.stderr.splitlines()) == 1
    assert run("prompts", "show", "../etc").exit_code == 2


def test_register(run: Run, tmp_path: Path) -> None:
    """A prompt is registered from a text, from standard input, from messages and from an object as JSON has it."""
    (tmp_path / "support.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "chat.json").write_text(json.dumps(CHAT), encoding="utf-8")
    first = run("prompts", "register", "support", "--file", "support.txt", "--message", "Begin", "--tag", "author=ann")
    assert (first.exit_code, first.stdout) == (0, "registered prompts:/support/1\n")
    assert "verspan prompts alias support/1 production" in first.stderr
    shown = json.loads(run("prompts", "show", "support", "--json").stdout)["prompt"]
    assert (shown["content"]["template"], shown["commit_message"], shown["tags"]) == (TEXT, "Begin", {"author": "ann"})
    shown["content"]["variables"] = {"language": "string"}
    (tmp_path / "object.json").write_text(json.dumps({"name": "as checkout writes it", **shown["content"]}))
    contents = [
        json.loads(run("prompts", "register", "support", "--file", file, "--json").stdout)["prompt"]["content"]
        for file in ("chat.json", "object.json")
    ]
    declared = [{"name": "language", "type": "string", "required": True, "default": None}]
    assert [(content["template"], content["variables"]) for content in contents] == [(CHAT, []), (TEXT, declared)]
    assert "or it is empty" in run("prompts", "register", "support", "--file", "-").stderr  # what comes in by a pipe


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.json", b"{", "p.json cannot be read as a prompt: Expecting"),
        ("p.json", b'{"text": "x"}', "p.json has text: give template, variables, response_format, model_config"),
        ("p.json", b'{"template": "{{ a }}", "variables": [{"nme": "a"}]}', "the variables are [{'nme': 'a'}]: give"),
        ("p.json", b'{"template": "{{ a }}", "variables": 3}', "the variables are 3: give them as"),
        ("p.json", b"3", "the template is neither a text nor a list of messages"),
        ("p.txt", b"\xff\xfe", "p.txt cannot be read as a prompt: 'utf-8' codec"),
        ("p.txt", b"", "the template is neither a text nor a list of messages, or it is empty"),
        ("p.txt", b"a\0b", "the template has a NUL character"),
    ],
)
def test_bad_files(run: Run, tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """A file that holds no prompt is one line that says why, and no store is made."""
    (tmp_path / name).write_bytes(content)
    done = run("prompts", "register", "support", "--file", name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert not (tmp_path / "store.db").exists()


def test_alias(run: Run, registry: Store) -> None:
    """An alias is moved, and said where it was; one that is taken away is gone."""
    assert (
        run("prompts", "alias", "support", "production").stdout
        == "support@production is version 2, and was version 1\n"
    )
    assert run("prompts", "alias", "support@production", "candidate").stdout == "support@candidate is version 2\n"
    moved = json.loads(run("prompts", "alias", "support/1", "production", "--json").stdout)["prompt"]
    assert (moved["version"], moved["aliases"]) == (1, ["production"])
    assert run("prompts", "alias", "support", "candidate", "--remove").stdout == "support@candidate is gone\n"
    assert "has no alias 'candidate'" in run("prompts", "alias", "support", "candidate", "--remove").stderr
    assert "is reserved" in run("prompts", "alias", "support", "latest").stderr


def test_diff(run: Run, registry: Store) -> None:
    """Two versions are compared by numbers or aliases, the newest where one alone is given."""
    expected = """\
prompts:/support/1 → prompts:/support/2
  You are an agent.
- Answer politely in {{ language }}.
+ Answer briefly in {{ language }}.
variables.language
- {"type": "string", "required": true, "default": null}
"""
    for arguments in (("1", "2"), ("production",), ("production", "latest")):
        assert run("prompts", "diff", "support", *arguments).stdout == expected
    assert run("prompts", "diff", "support", "1", "production").stdout.endswith("the same content\n")
    document = json.loads(run("prompts", "diff", "support", "1", "2", "--json").stdout)
    assert (document["same"], document["messages"][0]["lines"][1]["kind"]) == (False, "changed")
    assert "there is no prompts:/support/3" in run("prompts", "diff", "support", "1", "3").stderr


def test_diff_far_apart(run: Run, registry: Store) -> None:
    """Of a long template the lines around what changed are shown, and of a chat the messages that changed."""
    lines = [f"line {number}" for number in range(20)]
    registry.prompts.register("long", checked_content("\n".join(lines)))
    registry.prompts.register("long", checked_content("\n".join([*lines[:10], "something else entirely", *lines[11:]])))
    shown = run("prompts", "diff", "long", "1").stdout.splitlines()[1:]
    assert shown == [
        "  …",
        "  line 8",
        "  line 9",
        "- line 10",
        "+ something else entirely",
        "  line 11",
        "  line 12",
        "  …",
    ]
    registry.prompts.register("chat", checked_content([*CHAT, {"role": "assistant", "content": "Bye\nnow"}]))
    shown = run("prompts", "diff", "chat", "1").stdout.splitlines()[1:]
    assert shown[:3] == ["+ assistant:", "+ Bye", "+ now"]
