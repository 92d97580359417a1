"""Reading the client's objects as plain mappings.

A response is a pydantic model that the client builds without validating it: a required field that a compatible host
left out raises on access, a field that this version of the client does not know lies among the extras, and an
unexpected shape stays the dict it was. Reading ``__dict__`` serves all of these, and takes a quarter of the time of
``getattr`` with a default on a field that is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NO_FIELDS: Mapping[str, Any] = MappingProxyType({})


def fields(value: Any) -> Mapping[str, Any]:
    """The fields of a model, or the dict itself; empty for anything else."""
    return value if type(value) is dict else getattr(value, "__dict__", NO_FIELDS)


def extra_fields(value: Any) -> Mapping[str, Any]:
    """What a model holds beside its declared fields; the dict itself where it is one.

    Pydantic 1 keeps both in ``__dict__``.
    """
    if type(value) is dict:
        return value
    found = getattr(value, "__pydantic_extra__", None)
    return fields(value) if found is None else found


def all_fields(value: Any) -> Mapping[str, Any]:
    """The fields of a model, whether or not this version of the client declares them."""
    own = fields(value)
    undeclared = getattr(value, "__pydantic_extra__", None)
    return {**own, **undeclared} if undeclared else own


def field(value: Any, name: str) -> Any:
    """A field, whether or not this version of the client declares it; None where it is missing."""
    found = fields(value).get(name)
    return extra_fields(value).get(name) if found is None else found


def items(value: Any) -> list[Any]:
    """A list; empty for anything else, so that what is not a list is not taken for one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """A string; None for anything else, the client's ``NotGiven`` and ``Omit`` among them."""
    return value if isinstance(value, str) else None


def number(value: Any) -> float | None:
    """A number; None for anything else."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def integer(value: Any) -> int | None:
    """An integer; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
