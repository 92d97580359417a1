"""Filters: their tree, and errors that point at the place."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from verspan.errors import InvalidArgumentError
from verspan.versions.search.grammar import parse_field, parse_filter
from verspan.versions.search.model import And, Comparison, Expression, Field, FieldKind, Not, Operator, Or
from verspan.versions.search.tokens import MAX_LENGTH


def text(name: str, value: str, operator: Operator = Operator.EQUAL) -> Comparison:
    """A comparison of an attribute with a text."""
    return Comparison(Field(FieldKind.ATTRIBUTE, name), operator, value)


A, B, C = text("name", "a"), text("status", "b"), text("note", "c")


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("name = 'a'", A),
        ('attributes.name="a"', A),
        ("attribute.`name` == 'a'", A),
        ("NAME <> 'it''s'", text("name", "it's", Operator.UNEQUAL)),
        ("name = 'a' AND status = 'b' AND note = 'c'", And((A, B, C))),
        ("name = 'a' or status = 'b' and note = 'c'", Or((A, And((B, C))))),
        ("(name = 'a' OR status = 'b') AND note = 'c'", And((Or((A, B)), C))),
        ("NOT name = 'a' AND NOT (NOT status = 'b')", And((Not(A), Not(Not(B))))),
        ("name like 'a%'", text("name", "a%", Operator.LIKE)),
        ("name NOT LIKE 'a%'", Not(text("name", "a%", Operator.LIKE))),
        ("name Not ILike 'a%'", Not(text("name", "a%", Operator.ILIKE))),
        (
            "params.`with blank` IN ('a', 'b')",
            Comparison(Field(FieldKind.PARAM, "with blank"), Operator.IN, ("a", "b")),
        ),
        ("tags.a.b-c/d NOT IN ('x')", Comparison(Field(FieldKind.TAG, "a.b-c/d"), Operator.NOT_IN, ("x",))),
        ("parameters.x = ''", Comparison(Field(FieldKind.PARAM, "x"), Operator.EQUAL, "")),
        ("metrics.q >= -.5e2", Comparison(Field(FieldKind.METRIC, "q"), Operator.AT_LEAST, -50.0)),
        ("metric.'q q'<3", Comparison(Field(FieldKind.METRIC, "q q"), Operator.LESS, 3.0)),
        (
            "creation_time > 17",
            Comparison(Field(FieldKind.ATTRIBUTE, "creation_timestamp"), Operator.GREATER, 17.0),
        ),
        ("aliases = 'champion'", Comparison(Field(FieldKind.ALIAS, ""), Operator.EQUAL, "champion")),
        ("attributes.alias = 'champion'", Comparison(Field(FieldKind.ALIAS, ""), Operator.EQUAL, "champion")),
        ("tags.ключ = 'значение'", Comparison(Field(FieldKind.TAG, "ключ"), Operator.EQUAL, "значение")),
        (" \n ", None),
    ],
)
def test_tree(written: str, tree: Expression | None) -> None:
    """A filter becomes the tree of its comparisons, where AND binds closer than OR, and NOT closer than AND."""
    assert parse_filter(written) == tree


ERRORS = snapshot(
    """\
the end stands where a text to compare params.x with, such as 'text' is expected, at character 11 of
  params.x =
            ^
'3' stands where a text to compare params.x with, such as 'text' is expected, at character 12 of
  params.x = 3
             ^
'x' stands where a number to compare metrics.q with is expected, at character 13 of
  metrics.q > 'x'
              ^
params.x is compared as text, with =, !=, LIKE, ILIKE, IN, NOT IN, at character 10 of
  params.x > '1'
           ^
metrics.q is compared as numbers, with =, !=, <, <=, >, >=, at character 11 of
  metrics.q NOT IN ('1')
            ^
the end stands where ')' is expected, at character 12 of
  (name = 'a'
             ^
the quotation mark ' is not closed, at character 8 of
  name = 'abc
         ^
'name' stands where AND, OR or the end is expected, at character 12 of
  name = 'a' name = 'b'
             ^
'=' stands where a field, such as name or params.temperature is expected, at character 16 of
  name = 'a' AND = 'b'
                 ^
'=' stands where a name after params. is expected, at character 9 of
  params. = 'x'
          ^
'§' has no meaning here, at character 12 of
  name = 'a' § 1
             ^
'=' stands where LIKE, ILIKE or IN is expected, at character 10 of
  name NOT = 'a'
           ^
'is' stands where an operator after attributes.name is expected, at character 6 of
  name is null
       ^
')' stands where a text, such as 'text' is expected, at character 10 of
  name IN ()
           ^
"""
)


def test_errors() -> None:
    """What cannot be understood is said with a caret under its place."""
    written = [
        "params.x =",
        "params.x = 3",
        "metrics.q > 'x'",
        "params.x > '1'",
        "metrics.q NOT IN ('1')",
        "(name = 'a'",
        "name = 'abc",
        "name = 'a' name = 'b'",
        "name = 'a' AND = 'b'",
        "params. = 'x'",
        "name = 'a' § 1",
        "name NOT = 'a'",
        "name is null",
        "name IN ()",
    ]
    assert "".join(f"{refused(each)}\n" for each in written) == ERRORS


def refused(written: object) -> str:
    """The message with which a filter is refused."""
    with pytest.raises(InvalidArgumentError) as error:
        parse_filter(written)
    return str(error.value)


def test_unknown_field() -> None:
    """A field that is not there is answered by those that are."""
    message = refused("colour = 'red'")
    assert message.startswith("there is no field 'colour': there are name, model_id, status,")
    assert message.endswith(
        "aliases, params.NAME, tags.NAME and metrics.NAME, at character 1 of\n  colour = 'red'\n  ^"
    )


def test_long_filter() -> None:
    """Of a long filter the error shows the neighbourhood of the place, and control characters as blanks."""
    message = refused("name = 'a' AND\n" * 10 + "name = 7 AND name = 'this is too far away'")
    assert message == snapshot("""\
'7' stands where a text to compare attributes.name with, such as 'text' is expected, at character 158 of
  …'a' AND name = 'a' AND name = 'a' AND name = 'a' AND name = 7 AND name = 'this i…
                                                               ^\
""")


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("n" * (MAX_LENGTH + 1), f"the filter has {MAX_LENGTH + 1} characters, and {MAX_LENGTH} is the most"),
        ("x" * 10_000_000, f"the filter has 10000000 characters, and {MAX_LENGTH} is the most"),
        ("(" * 60 + "name = 'a'" + ")" * 60, "this is more than 50 deep"),
        ("NOT " * 60 + "name = 'a'", "this is more than 50 deep"),
        (" OR ".join(["name = 'a'"] * 201), "there are more than 200 comparisons"),
        ("name = 'a\0b'", "no text has a NUL character in it"),
        ("\0name = 'a'", r"'\x00' has no meaning here"),
        (b"name = 'a'", "the filter is bytes and not text"),
        ("name = '" + "a" * 9_000, "the quotation mark ' is not closed"),
        ("metrics.q > 1.2.3", "'1' has no meaning here"),
    ],
)
def test_hostile(written: object, problem: str) -> None:
    """What is too long, too deep, has too many parts or is no text is refused in one short message."""
    message = refused(written)
    assert message.startswith(problem)
    assert len(message) < 300


def test_field() -> None:
    """A field alone is read as in a filter, and what follows it is refused."""
    assert parse_field("metrics.`a b`") == Field(FieldKind.METRIC, "a b")
    with pytest.raises(InvalidArgumentError, match="'DESC' stands where AND, OR or the end is expected"):
        parse_field("name DESC")
