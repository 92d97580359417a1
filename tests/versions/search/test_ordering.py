"""Orders: texts with a direction, and MLflow's dictionaries."""

from __future__ import annotations

import pytest

from verspan.errors import InvalidArgumentError
from verspan.versions.search.model import Field, FieldKind, Order
from verspan.versions.search.ordering import parse_order

NAME, QUALITY = Field(FieldKind.ATTRIBUTE, "name"), Field(FieldKind.METRIC, "quality")


@pytest.mark.parametrize(
    ("written", "order"),
    [
        ("name", Order(NAME)),
        (" attributes.name  asc ", Order(NAME)),
        ("metrics.quality DESC", Order(QUALITY, ascending=False)),
        ("metrics.`my desc` desc", Order(Field(FieldKind.METRIC, "my desc"), ascending=False)),
        ({"field_name": "metrics.quality"}, Order(QUALITY)),
        ({"field_name": "metrics.quality", "ascending": False}, Order(QUALITY, ascending=False)),
    ],
)
def test_order(written: object, order: Order) -> None:
    """A field is ordered by from small to large, unless DESC or MLflow's word for it says otherwise."""
    assert parse_order([written]) == (order,)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("name", "order_by is a list, as in"),
        ({"field_name": "name"}, "order_by is a list, as in"),
        ([7], "order_by has int in it"),
        ([{"field_name": "metrics.q", "dataset_name": "d"}], "a dictionary in order_by has a field_name"),
        ([{}], "a dictionary in order_by has a field_name"),
        (["colour"], "there is no field 'colour'"),
        (["name DOWN"], "'DOWN' stands where"),
        (["aliases"], "a version may have several aliases"),
        (["name"] * 11, "order_by has 11 fields, and 10 is the most"),
    ],
)
def test_refused(written: list[object], problem: str) -> None:
    """What is no list of fields is refused."""
    with pytest.raises(InvalidArgumentError) as error:
        parse_order(written)
    assert str(error.value).startswith(problem)
