"""Searches for prompts in SQL: a filter's tree as a condition, and an order as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, select

from verspan.errors import InvalidArgumentError
from verspan.prompts.records import PromptQuery
from verspan.store.filtering import COMPARE, condition
from verspan.store.matching import starts_with
from verspan.store.prompt_tables import OF_PROMPT, prompt_tags, prompts
from verspan.versions.search.model import Comparison, Field, FieldKind, Order

_PROMPTS, _TAGS = prompts.c, prompt_tags.c
_ATTRIBUTES: Mapping[str, Column[Any]] = {
    "name": _PROMPTS.name,
    "creation_timestamp": _PROMPTS.created_ms,
    "last_updated_timestamp": _PROMPTS.updated_ms,
}


def conditions(query: PromptQuery) -> Iterator[ColumnElement[bool]]:
    """What a prompt has to be to be listed."""
    if query.name_prefix is not None:
        yield starts_with(_PROMPTS.name, query.name_prefix)
    if query.where is not None:
        yield condition(query.where, _comparison)


def ranks(query: PromptQuery) -> Iterator[ColumnElement[Any]]:
    """What prompts are ordered by; those without it come last."""
    for order in query.order_by:
        value = _value_of(order)
        yield value.is_(None)
        yield value.asc() if order.ascending else value.desc()
    yield _PROMPTS.name


def _comparison(comparison: Comparison) -> ColumnElement[bool]:
    compare = COMPARE[comparison.operator]
    if comparison.field.kind is not FieldKind.TAG:
        return compare(_attribute(comparison.field), comparison.value)
    tagged = _is_tag(comparison.field), compare(_TAGS.value, comparison.value)
    return _PROMPTS.prompt_key.in_(select(_TAGS.prompt_key).where(*tagged))


def _value_of(order: Order) -> ColumnElement[Any]:
    if order.field.kind is not FieldKind.TAG:
        return _attribute(order.field)
    own = _TAGS.prompt_key == _PROMPTS.prompt_key
    return select(_TAGS.value).where(own, _is_tag(order.field)).scalar_subquery()


def _is_tag(field: Field) -> ColumnElement[bool]:
    return and_(_TAGS.version == OF_PROMPT, _TAGS.name == field.name)


def _attribute(field: Field) -> Column[Any]:
    column = _ATTRIBUTES.get(field.name) if field.kind is FieldKind.ATTRIBUTE else None
    if column is None:
        raise InvalidArgumentError(f"prompts have no {field}: they have {', '.join(_ATTRIBUTES)} and tags.NAME")
    return column
