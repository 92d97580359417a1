"""Records as documents, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

import pytest

from verspan.transfer.documents import document_of, record_from


class Colour(Enum):
    GREEN = "green"
    BLACK = "black"


@dataclass(frozen=True)
class Leaf:
    size: float
    whole: bool = True


@dataclass(frozen=True)
class Tea:
    name: str
    colour: Colour
    grams: int | None = None
    leaves: Sequence[Leaf] = ()
    prices: Mapping[str, float] = field(default_factory=dict)
    picture: bytes | None = None
    grade: Literal["a", "b"] = "a"
    label: str | Sequence[Mapping[str, Any]] = ""
    blend: Tea | None = None


TEA = Tea(
    "Sencha",
    Colour.GREEN,
    grams=50,
    leaves=(Leaf(1.5), Leaf(2.0, whole=False)),
    prices={"shop": 4.5},
    picture=b"\0png",
    grade="b",
    label=({"text": "green"},),
    blend=Tea("Bancha", Colour.GREEN),
)


def test_there_and_back() -> None:
    """A record comes back as it was; its bytes are kept apart and stand in the document as their digest."""
    kept: dict[str, bytes] = {}

    def keep(content: bytes) -> str:
        kept["first"] = content
        return "first"

    document = document_of(TEA, keep)
    assert document["picture"] == {"sha256": "first"}
    assert kept == {"first": b"\0png"}
    assert record_from(Tea, document, kept.__getitem__) == TEA


def test_what_an_older_version_wrote() -> None:
    """A field that is not there takes its default."""
    assert record_from(Tea, {"name": "Sencha", "colour": "green"}, bytes.fromhex) == Tea("Sencha", Colour.GREEN)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": None}, "Tea.name"),
        ({"name": 7}, "Tea.name"),
        ({"colour": "blue"}, "Tea.colour"),
        ({"colour": {}}, "Tea.colour"),
        ({"grams": True}, "Tea.grams"),
        ({"grams": "50"}, "Tea.grams"),
        ({"grams": 1.5}, "Tea.grams"),
        ({"leaves": {}}, "Tea.leaves"),
        ({"leaves": [{"size": "large"}]}, "Tea.leaves.size"),
        ({"leaves": [{}]}, "Tea.leaves.size"),
        ({"prices": {"shop": "cheap"}}, "Tea.prices.shop"),
        ({"picture": "png"}, "Tea.picture"),
        ({"picture": {"sha256": 7}}, "Tea.picture"),
        ({"grade": "c"}, "Tea.grade"),
        ({"grade": []}, "Tea.grade"),
        ({"label": 7}, "Tea.label"),
        ({"label": [7]}, "Tea.label"),
        ({"blend": {"name": "Bancha"}}, "Tea.blend.colour"),
        ({"caffeine": 30}, "Tea"),
    ],
)
def test_what_is_not_as_it_has_to_be(change: dict[str, Any], where: str) -> None:
    """A field of another type, one that is missing and one that nobody knows are refused by their names."""
    document = {"name": "Sencha", "colour": "green", **change}
    with pytest.raises(ValueError, match=rf"^{where} is not what it has to be$"):
        record_from(Tea, document, bytes.fromhex)


@pytest.mark.parametrize("document", [None, [], "Sencha", 7, {}])
def test_no_record(document: object) -> None:
    """What is no object, or has nothing, is no record."""
    with pytest.raises(ValueError, match="is not what it has to be"):
        record_from(Tea, document, bytes.fromhex)
