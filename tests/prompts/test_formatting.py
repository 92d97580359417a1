"""Templates and values: what a variable is, what may stand in its place, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from verspan.errors import InvalidArgumentError
from verspan.prompts.checking import checked_content
from verspan.prompts.model import PromptVariable, PromptVersion

DECLARED = (
    PromptVariable("question", "string"),
    PromptVariable("count", "integer", default=3),
    PromptVariable("hint", "string", required=False),
)


def prompt(template: Any, *variables: PromptVariable) -> PromptVersion:
    """A prompt that nobody has registered."""
    return PromptVersion("support", 1, checked_content(template, variables), "", 0)


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("Hello {{name}}, {{ name }} and {{\tuser.name\n}}", {"name", "user.name"}),
        ("{{ _a1 }}{{b}}", {"_a1", "b"}),
        ('{"json": {"b": 1}} {x} {{ }} {{ 1a }} {{ a b }} {{ a.b. }} {{ a', set()),
        ("{{ a | upper }} {{ a() }} {{ a['b'] }} {% if a %}", set()),
        ("}} {{{a}}} {{", {"a"}),
        ("{{ ä }}", set()),
    ],
)
def test_variables(template: str, names: set[str]) -> None:
    """A variable is identifiers with dots between in two braces; any other braces are text, and stay as they are."""
    assert prompt(template).variables == names
    if not names:
        assert prompt(template).format() == template


def test_text() -> None:
    """Every place of a variable has its value, texts as they are and others as str() writes them."""
    text = prompt("{{a}} {{ a }} {{ b }} {{ c.d }} {{ e }}")
    assert text.format(a="x\\1", b=True, e=None, **{"c.d": [1, "x"]}) == "x\\1 x\\1 True [1, 'x'] None"


def test_values_are_not_templates() -> None:
    """What looks like a variable in a value remains text, and of a value nothing is evaluated."""
    text = prompt("{{ a }} {{ b }} {0} {a.__class__} %s")
    assert text.format(a="{{ b }}", b="{{ a }} {a}") == "{{ b }} {{ a }} {a} {0} {a.__class__} %s"


def test_chat() -> None:
    """Of a chat the contents of messages are filled in, those in parts too; all else is as it was registered."""
    image = {"type": "image_url", "image_url": {"url": "https://example.com/{{ id }}.png"}}
    given = [
        {"role": "system", "content": "Be {{ style }}.", "name": "{{ style }}"},
        {"role": "user", "content": [{"type": "text", "text": "{{ question }}"}, image]},
    ]
    chat = prompt(given)
    assert not chat.is_text_prompt
    assert chat.variables == {"style", "question", "id"}
    filled = chat.format(style="kind", question="Where?", id=7)
    assert filled == [
        {"role": "system", "content": "Be kind.", "name": "{{ style }}"},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Where?"},
                {"type": "image_url", "image_url": {"url": "https://example.com/7.png"}},
            ],
        },
    ]
    filled[0]["content"] = "changed"
    assert chat.template == given


def test_declared() -> None:
    """A declared variable has a type, and what is not given has its default or is empty where it is not required."""
    text = prompt("{{ question }} {{ count }} {{ hint }}.", *DECLARED)
    assert text.format(question="Why?") == "Why? 3 ."
    assert text.format(question="Why?", count=5, hint="soon") == "Why? 5 soon."


@pytest.mark.parametrize(
    ("kind", "fitting", "written", "unfitting"),
    [
        ("string", "a", "a", 1),
        ("integer", 7, "7", True),
        ("number", 0.5, "0.5", "0.5"),
        ("boolean", False, "false", 0),
        ("array", ("é", None), '["é", null]', {"a": 1}),
        ("object", {"a": [1]}, '{"a": [1]}', [1]),
    ],
)
def test_types(kind: Any, fitting: Any, written: str, unfitting: Any) -> None:
    """A value of a declared type is written as JSON, a text as it is; one of another is an error that names both."""
    text = prompt("{{ a }}", PromptVariable("a", kind))
    assert text.format(a=fitting) == written
    with pytest.raises(
        InvalidArgumentError, match=rf"the variable 'a' of the prompt prompts:/support/1 is of type {kind}"
    ):
        text.format(a=unfitting)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "the prompt prompts:/support/1 has no value for 'a', 'b': give each as a keyword argument"),
        ({"a": 1, "b": 2, "c": 3}, "the prompt prompts:/support/1 has no variable 'c': it has 'a', 'b'"),
    ],
)
def test_names(values: dict[str, Any], message: str) -> None:
    """A value that is missing and one that there is no variable for are errors that list what there is."""
    with pytest.raises(InvalidArgumentError) as refused:
        prompt("{{ b }} {{ a }}").format(**values)
    assert str(refused.value).startswith(message)


def test_no_variables() -> None:
    """A value for a template without variables is an error, and no value is none."""
    with pytest.raises(InvalidArgumentError, match="it has none"):
        prompt("text").format(a=1)
    assert prompt("text").format() == "text"


def test_in_part() -> None:
    """Values can be given in turn; the prompt that has some stays the registered one, and what was given is checked."""
    text = prompt("{{ a }} {{ b }} {{ c }}", PromptVariable("b", "integer"))
    some = text.format(allow_partial=True, a="{{ b }}")
    assert isinstance(some, PromptVersion)
    assert some.template == text.template
    assert some.variables == {"b", "c"}
    assert text.variables == {"a", "b", "c"}
    with pytest.raises(InvalidArgumentError, match="has no value for 'c'"):
        some.format(b=1)
    with pytest.raises(InvalidArgumentError, match="is of type integer"):
        text.format(allow_partial=True, b="1")
    assert some.format(allow_partial=True, b=1).format(c=2, a="x") == "x 1 2"
    assert some.format(allow_partial=True, b=1, c=2) == "{{ b }} 1 2"


def test_unwritable() -> None:
    """A value that JSON cannot express is an error that names its variable."""
    for value in ([float("nan")], [object()]):
        with pytest.raises(InvalidArgumentError, match="the value of 'a' cannot be written as JSON"):
            prompt("{{ a }}", PromptVariable("a", "array")).format(a=value)


def test_single_braces() -> None:
    """Other libraries' way of writing variables can be had."""
    assert prompt("{{ a }} {{b}}").to_single_brace_format() == "{a} {b}"
    assert prompt([{"role": "user", "content": "{{ a }}"}]).to_single_brace_format() == [
        {"role": "user", "content": "{a}"}
    ]
