"""Reading the parameters of a request by the fields that its body has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verspan.instrumentation.calls import Request
from verspan.instrumentation.fields import fields, items

Reader = Callable[[Request, Any], None]
"""Fills a request from the value of one field."""


def read_parameters(body: Any, readers: Mapping[str, Reader], request: Request) -> Request:
    """Fill a request by what its body has, which is a few of the many fields that it may have.

    Args:
        body: the request's JSON object.
        readers: by the name of a field, what reads it.
        request: what is filled, and given back.
    """
    for name, value in fields(body).items():
        reader = readers.get(name)
        if reader is not None:
            reader(request, value)
    return request


def assigned(field_name: str, read: Callable[[Any], Any]) -> Reader:
    """A reader that sets one field of the request, where the value is what it should be."""

    def reader(request: Request, value: Any) -> None:
        found = read(value)
        if found is not None:
            setattr(request, field_name, found)

    return reader


def extra(attribute: str, read: Callable[[Any], Any]) -> Reader:
    """A reader that adds an attribute, where the value is what it should be."""

    def reader(request: Request, value: Any) -> None:
        found = read(value)
        if found is not None:
            request.extra[attribute] = found

    return reader


def read_choice_count(request: Request, value: Any) -> None:
    """``n``, which says nothing where it is 1."""
    count = value if isinstance(value, int) and not isinstance(value, bool) else None
    request.choice_count = None if count == 1 else count


def stop_sequences(stop: Any) -> list[str] | None:
    """``stop``: one sequence, or a list."""
    sequences = [stop] if isinstance(stop, str) else items(stop)
    return sequences or None
