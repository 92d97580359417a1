"""What may be registered, and what is said of what may not."""

from __future__ import annotations

from typing import Any

import pytest

from verspan.errors import InvalidArgumentError
from verspan.prompts.addresses import PromptAddress, prompt_address
from verspan.prompts.checking import (
    MAX_CONTENT_BYTES,
    checked_alias,
    checked_content,
    checked_message,
    checked_prompt_name,
    checked_version,
)
from verspan.prompts.model import PromptContent, PromptVariable

NESTED: list[Any] = []
NESTED.append(NESTED)


@pytest.mark.parametrize("name", ["support", "Support.v2_x-y", "1", "a" * 250])
def test_names(name: str) -> None:
    """Letters of ASCII, digits, dots, hyphens and underscores name a prompt."""
    assert checked_prompt_name(name) == name


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "a@b", "../a", "ä", "a\0", "a\n", "a" * 251, None, 3, b"a"])
def test_bad_names(name: Any) -> None:
    """Anything else does not, and the message shows it and says what would."""
    with pytest.raises(InvalidArgumentError, match="is no prompt's name: one has 1 to 250 letters"):
        checked_prompt_name(name)


@pytest.mark.parametrize("alias", ["production", "A-b_1"])
def test_aliases(alias: str) -> None:
    """Letters of ASCII, digits, hyphens and underscores make an alias."""
    assert checked_alias(alias) == alias


@pytest.mark.parametrize("alias", ["latest", "Latest", "3", "v3", "", "a.b", "a/b", "a\0b", "ä", None, 1, "a" * 251])
def test_bad_aliases(alias: Any) -> None:
    """What reads as a version, is always there, or has other characters is no alias."""
    with pytest.raises(InvalidArgumentError, match=r"is no alias|is reserved"):
        checked_alias(alias)


@pytest.mark.parametrize("version", [0, -1, True, 1.0, "0", "-1", "1.0", "", "x", None, 2**31, "9" * 5000, "\u0661"])
def test_bad_versions(version: Any) -> None:
    """Versions are whole numbers from 1 on."""
    with pytest.raises(InvalidArgumentError, match="is no version of a prompt: they are numbered from 1 on"):
        checked_version(version)


@pytest.mark.parametrize(
    ("text", "version", "address"),
    [
        ("support", None, PromptAddress("support")),
        ("prompts:/support", None, PromptAddress("support", alias="latest")),
        ("support", "3", PromptAddress("support", 3)),
        ("support/3", None, PromptAddress("support", 3)),
        ("prompts:/support/3", None, PromptAddress("support", 3)),
        ("prompts:/support@production", None, PromptAddress("support", alias="production")),
        ("support@latest", None, PromptAddress("support")),
    ],
)
def test_addresses(text: str, version: Any, address: PromptAddress) -> None:
    """A version is named as in MLflow, with or without the scheme, and the name alone is the newest."""
    assert prompt_address(text, version) == address
    assert prompt_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("prompts:/support/3", 3),
        ("support@production", 3),
        ("support/3@production", None),
        ("support/", None),
        ("support/x", None),
        ("support@", None),
        ("support@a@b", None),
        ("prompts:/", None),
        ("prompts://support/3", None),
        ("models:/support/3", None),
        ("support/3/4", None),
        (None, None),
        (["support"], None),
    ],
)
def test_bad_addresses(text: Any, version: Any) -> None:
    """What names no version, or more than one, is refused."""
    with pytest.raises(InvalidArgumentError):
        prompt_address(text, version)


def test_content() -> None:
    """A content is a copy in JSON's values, whatever mappings and sequences it was given in."""
    messages = [{"role": "user", "content": ({"type": "text", "text": "{{ a }}"},)}]

    class Answer:
        @staticmethod
        def model_json_schema() -> dict[str, Any]:
            return {"type": "object"}

    kept = checked_content(tuple(messages), {"a": "integer"}, Answer, {"temperature": 0.2, "stop": ("a",)})
    messages[0]["content"] = "changed"
    assert kept == PromptContent(
        [{"role": "user", "content": [{"type": "text", "text": "{{ a }}"}]}],
        (PromptVariable("a", "integer"),),
        {"type": "object"},
        {"temperature": 0.2, "stop": ["a"]},
    )


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("", "or it is empty"),
        ([], "or it is empty"),
        (None, "neither a text nor a list of messages"),
        (b"bytes", "neither a text nor a list of messages"),
        ({"role": "user", "content": "x"}, "neither a text nor a list of messages"),
        (["text"], "message 0 of the template has no role"),
        ([{"role": "user", "content": "x"}, {"content": "x"}], "message 1 of the template has no role"),
        ([{"role": "", "content": "x"}], "message 0 of the template has no role"),
        ([{"role": "user", "content": None}], "no content that is a text"),
        ([{"role": "user", "content": [object()]}], "the template cannot be written as JSON: object is not one of"),
        ([{"role": "user", "content": NESTED}], "the template cannot be written as JSON: Circular"),
        ([{"role": "user", "content": "x", "weight": float("inf")}], "the template cannot be written as JSON"),
        ("a\0b", "the template has a NUL character"),
        ("\ud800", "the template cannot be written as JSON"),
        ("x" * 10_000_000, "the prompt has 10,000,0.. bytes, and 1,000,000 is the most"),
    ],
)
def test_bad_templates(template: Any, message: str) -> None:
    """A template that cannot be used is refused, and the message says where and why."""
    with pytest.raises(InvalidArgumentError, match=message):
        checked_content(template)


def test_deep() -> None:
    """A content that is nested without end is refused, and the process lives."""
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidArgumentError, match="the template cannot be written as JSON"):
        checked_content([{"role": "user", "content": deep}])


def test_backslashes() -> None:
    """A text that spells a NUL with a backslash has none."""
    assert checked_content("\\u0000 \\\\u0000").template == "\\u0000 \\\\u0000"


def test_largest() -> None:
    """A content of the most bytes is kept, and one of a byte more is not."""
    size = MAX_CONTENT_BYTES - len(b'{"model_config":null,"response_format":null,"template":"","variables":[]}')
    assert checked_content("x" * size).template == "x" * size
    with pytest.raises(InvalidArgumentError, match="1,000,001 bytes"):
        checked_content("x" * (size + 1))


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"b": "string"}, "the variable 'b' is declared and not in the template"),
        ([PromptVariable("a"), PromptVariable("a")], "the variable 'a' is declared twice"),
        ({"a": "text"}, "'text' of the variable 'a' is no type: types are string, integer,"),
        ([PromptVariable("a", "integer", default="1")], "the default of the variable 'a' is '1', which is no integer"),
        ([PromptVariable("a", default={1, 2})], "the default of the variable 'a' cannot be written as JSON"),
        (["a"], "'a' declares no variable"),
    ],
)
def test_bad_variables(variables: Any, message: str) -> None:
    """A declaration that does not fit the template, or itself, is refused."""
    with pytest.raises(InvalidArgumentError, match=message):
        checked_content("{{ a }}", variables)


def test_bad_objects() -> None:
    """Response format and configuration are mappings."""
    with pytest.raises(InvalidArgumentError, match="the response_format is 'json', and it has to be a mapping"):
        checked_content("x", None, "json")
    with pytest.raises(InvalidArgumentError, match=r"the model_config is \[1\], and it has to be a mapping"):
        checked_content("x", None, None, [1])


def test_messages() -> None:
    """A commit message is a text, or there is none."""
    assert [checked_message(message) for message in (None, "Begin\n☃")] == [None, "Begin\n☃"]
    for message in ("\0", "x" * 5_001, 3):
        with pytest.raises(InvalidArgumentError, match="the commit message"):
            checked_message(message)  # type: ignore[arg-type]  # which is what is refused
