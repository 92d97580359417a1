"""Registering prompts and saying things of them."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

import verspan
from verspan import PromptVariable
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.prompts.model import Prompt, PromptContent
from verspan.store.opening import open_store


def names(found: Any) -> list[str]:
    """The names of prompts."""
    return [prompt.name for prompt in found]


def test_register(url: str) -> None:
    """A prompt is registered with all that was given, in a store that is made for it."""
    registered = verspan.register_prompt(
        "support",
        [{"role": "system", "content": "Be {{ style }}."}],
        "Begin",
        {"author": "Ann"},
        {"type": "object"},
        {"model_name": "gpt-4o-mini", "temperature": 0.2},
        variables=[PromptVariable("style", "string", default="kind")],
    )
    with closing(open_store(url, create=False)) as store:
        assert store.prompts.versions("support") == [registered]
    assert (registered.name, registered.version, registered.uri) == ("support", 1, "prompts:/support/1")
    assert (registered.commit_message, registered.tags) == ("Begin", {"author": "Ann"})
    assert registered.content == PromptContent(
        [{"role": "system", "content": "Be {{ style }}."}],
        (PromptVariable("style", "string", default="kind"),),
        {"type": "object"},
        {"model_name": "gpt-4o-mini", "temperature": 0.2},
    )
    assert registered.response_format == {"type": "object"}
    assert registered.model_config == {"model_name": "gpt-4o-mini", "temperature": 0.2}


def test_same_again() -> None:
    """Each call makes a version, of the same content too, as MLflow's does."""
    assert [verspan.register_prompt("support", "text").version for _ in range(3)] == [1, 2, 3]


def test_refused(tmp_path: Any) -> None:
    """What cannot be used is refused before there is a store, and nothing is made."""
    for arguments in (("a b", "text"), ("a", ""), ("a", "text", "x" * 6_000), ("a", "text", None, {"": "b"})):
        with pytest.raises(InvalidArgumentError):
            verspan.register_prompt(*arguments)
    assert not (tmp_path / "store").exists()


def test_tags() -> None:
    """Tags of a prompt and of its versions are set, read and taken away."""
    verspan.register_prompt("support", "text")
    verspan.set_prompt_tag("support", "team", "care")
    verspan.set_prompt_tag("support", "gone", "soon")
    verspan.delete_prompt_tag("support", "gone")
    verspan.set_prompt_version_tag("support", "1", "reviewed", "yes")
    verspan.set_prompt_version_tag("support", 1, "gone", "soon")
    verspan.delete_prompt_version_tag("support", 1, "gone")
    assert verspan.get_prompt_tags("support") == {"team": "care"}
    assert verspan.load_prompt("support").tags == {"reviewed": "yes"}
    for value in ("x\0", None):
        with pytest.raises(InvalidArgumentError):
            verspan.set_prompt_tag("support", "team", value)  # type: ignore[arg-type]  # which is refused
    with pytest.raises(NotFoundError, match="there is no prompt 'billing': `verspan prompts` lists"):
        verspan.get_prompt_tags("billing")


def test_aliases() -> None:
    """An alias is moved to versions that are there, and only names that can be aliases are taken."""
    verspan.register_prompt("support", "text")
    verspan.set_prompt_alias("support", "production", 1)
    with pytest.raises(NotFoundError, match="the prompt 'support' has no version 2: its newest is 1"):
        verspan.set_prompt_alias("support", "production", 2)
    with pytest.raises(InvalidArgumentError, match="is reserved"):
        verspan.set_prompt_alias("support", "latest", 1)
    (prompt,) = verspan.search_prompts()
    assert isinstance(prompt, Prompt)
    assert prompt.aliases == {"production": 1}


def test_search() -> None:
    """Prompts are searched with the filters that versions are, by name, tags and times, in any order of those."""
    for name in ("support", "support-short", "billing"):
        verspan.register_prompt(name, "text")
    verspan.set_prompt_tag("billing", "team", "care")
    assert names(verspan.search_prompts()) == ["billing", "support", "support-short"]
    assert names(verspan.search_prompts("name LIKE 'support%'")) == ["support", "support-short"]
    assert names(verspan.search_prompts("tags.team = 'care' OR name = 'support'")) == ["billing", "support"]
    assert names(verspan.search_prompts(order_by=["name DESC"], max_results=2)) == ["support-short", "support"]
    verspan.register_prompt("billing", "again")
    assert [prompt.version for prompt in verspan.search_prompt_versions("billing")] == [2, 1]
    assert [prompt.template for prompt in verspan.search_prompt_versions("billing", 1)] == ["again"]
    assert verspan.search_prompt_versions("nothing") == []
    for filter_string, order, count, message in (
        ("name LIKE", [], 1, "stands where"),
        ("metrics.x > 1", [], 1, "prompts have no metrics.x"),
        ("aliases = 'x'", [], 1, "prompts have no aliases"),
        ("", ["params.x"], 1, "prompts have no params.x"),
        ("", [], 0, "max_results=0"),
    ):
        with pytest.raises(InvalidArgumentError, match=message):
            verspan.search_prompts(filter_string, count, order)
