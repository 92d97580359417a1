"""What a search is ordered by, as somebody wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from verspan.errors import InvalidArgumentError
from verspan.versions.search.grammar import parse_field
from verspan.versions.search.model import FieldKind, Order

_MAX_FIELDS: Final = 10
_DIRECTED: Final = re.compile(r"(?P<field>.*?)(?:\s+(?P<direction>asc|desc))?\s*", re.IGNORECASE | re.DOTALL)


def parse_order(order_by: Iterable[object]) -> tuple[Order, ...]:
    """The fields of an order.

    Args:
        order_by: texts such as ``"metrics.quality DESC"``, or MLflow's dictionaries, of ``field_name`` and
            ``ascending``.

    Raises:
        InvalidArgumentError: one of them names no field that can be ordered by.
    """
    if isinstance(order_by, (str, Mapping)):
        raise InvalidArgumentError("order_by is a list, as in ['metrics.quality DESC', 'name']")
    orders = tuple(_order(each) for each in order_by)
    if len(orders) > _MAX_FIELDS:
        raise InvalidArgumentError(f"order_by has {len(orders)} fields, and {_MAX_FIELDS} is the most")
    return orders


def _order(wanted: object) -> Order:
    if isinstance(wanted, Mapping):
        return _from_mapping(wanted)
    if not isinstance(wanted, str):
        raise InvalidArgumentError(f"order_by has {type(wanted).__name__} in it, and texts are expected")
    directed = _DIRECTED.fullmatch(wanted)
    written = directed["field"] if directed else wanted
    return _checked(written, ascending=directed is None or (directed["direction"] or "asc").lower() == "asc")


def _from_mapping(wanted: Mapping[Any, Any]) -> Order:
    unknown = wanted.keys() - {"field_name", "ascending"}
    if unknown or not isinstance(wanted.get("field_name"), str):
        raise InvalidArgumentError("a dictionary in order_by has a field_name, and may have ascending; nothing else")
    return _checked(wanted["field_name"], ascending=bool(wanted.get("ascending", True)))


def _checked(written: str, *, ascending: bool) -> Order:
    field = parse_field(written)
    if field.kind is FieldKind.ALIAS:
        raise InvalidArgumentError("a version may have several aliases, so that none can be ordered by")
    return Order(field, ascending)
