"""Rows, and what makes a version and a row the same."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from verspan.datasets.model import DatasetRow, RowOrigin, RowSource
from verspan.datasets.rows import new_dataset
from verspan.errors import InvalidArgumentError
from verspan.store.conformance.records import refused

PLAIN = (None, True, False, 0, -1, 2**53, 0.5, 1e300, "", "a", "ä\u2028", "\x00", '"', "Where is it?")
SEEDS = range(50)


def value(chance: random.Random, depth: int = 2) -> Any:
    """Anything that JSON has."""
    kind = chance.randrange(4) if depth else 0
    if kind == 1:
        return [value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return mapping(chance, depth - 1) if kind == 2 else chance.choice(PLAIN)


def mapping(chance: random.Random, depth: int = 2) -> dict[str, Any]:
    """A mapping with some members."""
    return {chance.choice("abcdefgä"): value(chance, depth) for _ in range(chance.randrange(1, 4))}


def turned(value: Any) -> Any:
    """The same value, the members of every mapping in the opposite order."""
    if isinstance(value, dict):
        return {name: turned(each) for name, each in reversed(value.items())}
    return [turned(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", SEEDS)
def test_order(seed: int) -> None:
    """Neither the order of rows nor that of members makes another version, and neither does a repeated row."""
    chance = random.Random(seed)  # noqa: S311 - examples, not secrets
    rows = [
        {"inputs": {"n": number, **mapping(chance)}, "expectations": mapping(chance), "outputs": value(chance)}
        for number in range(chance.randrange(1, 7))
    ]
    made = new_dataset("d", [{**row, "row_id": number} for number, row in enumerate(rows)])
    others = [turned({**row, "row_id": number}) for number, row in enumerate(rows)]
    others.append(others[0])
    chance.shuffle(others)
    same = new_dataset("d", others)
    assert (same.digest, len(same)) == (made.digest, len(made))
    assert {row.row_id: row for row in same.rows} == {row.row_id: row for row in made.rows}


@pytest.mark.parametrize("seed", SEEDS)
def test_identity(seed: int) -> None:
    """A row whose expectations change stays the same row, in another version where they differ."""
    chance = random.Random(seed)  # noqa: S311 - examples, not secrets
    inputs, before, after = mapping(chance), mapping(chance), mapping(chance)
    earlier = new_dataset("d", [{"inputs": inputs, "expectations": before}])
    later = new_dataset("d", [{"inputs": turned(inputs), "expectations": after}])
    assert [row.row_id for row in earlier.rows] == [row.row_id for row in later.rows]
    assert (earlier.digest == later.digest) == (json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True))


def test_made() -> None:
    """A row has everything that was given, as JSON has it; where it came from is no part of the digest."""
    source = {"source_type": "HUMAN", "source_data": {"who": "ann"}}
    full = {"inputs": {"a": (1, 2)}, "expectations": {"b": None}, "tags": {"n": 3}, "row_id": 7, "outputs": 0.5}
    made = new_dataset("  d ", [{**full, "source": source}], {"owner": 1})
    row = DatasetRow("7", {"a": [1, 2]}, {"b": None}, {"n": "3"}, RowSource(RowOrigin.HUMAN, {"who": "ann"}), 0.5)
    assert (made.name, made.rows, made.tags) == ("d", [row], {"owner": "1"})
    assert new_dataset("d", [full]).digest == made.digest
    assert new_dataset("d", [{**full, "outputs": 0.25}]).digest != made.digest


def test_digest_stays() -> None:
    """The digest and the ids are the same in every release."""
    made = new_dataset("d", [{"inputs": {"q": "ä"}, "expectations": {"e": [1, 0.5]}}])
    assert made.digest == "e4fc8362008e46b22dea71f30a3e740c1afdb2554366c9936a2bd9d0cceab051"
    assert made.rows[0].row_id == "r-1db5cfcb78ced75adb4343e33bc50b4c"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "the dataset 'd' has no rows"),
        ([{"inputs": {}}], "row 1 has no inputs"),
        ([{"inputs": {"q": 1}}, {"expectations": {}}], "row 2 has no inputs"),
        ([{"question": "?"}], "row 1 has question, and a row has inputs, expectations"),
        ([{"inputs": "?"}], "the inputs of row 1 are str and not a mapping"),
        ([["?"]], "row 1 is list and not a mapping"),
        ([{"inputs": {"q": object()}}], "what row 1 has as inputs is not what JSON has"),
        ([{"inputs": {"q": 1}, "source": {"source_type": "DREAM"}}], "source_type of TRACE, HUMAN, DOCUMENT, CODE"),
        ([{"inputs": {"q": 1}, "source": "DREAM"}], "the source of row 1 is no mapping"),
        ([{"inputs": {"q": 1}}, {"inputs": {"q": 1}, "tags": {"a": "b"}}], "row 2 has the id or the inputs of an"),
        ([{"inputs": {"q": 1}, "row_id": "a"}, {"inputs": {"q": 2}, "row_id": "a"}], "give each a row_id"),
    ],
)
def test_not_usable(rows: list[Any], told: str) -> None:
    """What is no row is refused, and the message says which one and why."""
    assert told in str(refused(InvalidArgumentError, lambda: new_dataset("d", rows)))
