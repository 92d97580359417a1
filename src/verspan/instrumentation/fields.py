"""Reading JSON whose shape nobody has checked: compatible hosts leave fields out, add some, and mistake types."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NO_FIELDS: Mapping[str, Any] = MappingProxyType({})


def fields(value: Any) -> Mapping[str, Any]:
    """A JSON object; empty for anything else."""
    return value if isinstance(value, dict) else NO_FIELDS


def field(value: Any, name: str) -> Any:
    """A field of a JSON object; None where it is missing or the value is none."""
    return fields(value).get(name)


def items(value: Any) -> list[Any]:
    """A list; empty for anything else, so that what is not a list is not taken for one."""
    return value if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The strings of a list, or a string as the only one."""
    return [one for one in ([value] if isinstance(value, str) else items(value)) if isinstance(one, str)]


def text(value: Any) -> str | None:
    """A string; None for anything else."""
    return value if isinstance(value, str) else None


def number(value: Any) -> float | None:
    """A number; None for anything else."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def integer(value: Any) -> int | None:
    """An integer; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
