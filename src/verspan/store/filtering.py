"""Filters as conditions in SQL: the same for everything that is searched."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, not_, or_

from verspan.store.matching import like
from verspan.versions.search.model import And, Comparison, Expression, Not, Operator, Or

COMPARE: Final[Mapping[Operator, Callable[[Any, Any], ColumnElement[bool]]]] = {
    Operator.EQUAL: operator.eq,
    Operator.UNEQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
    Operator.LIKE: like,
    Operator.ILIKE: lambda text, pattern: text.ilike(pattern),
    Operator.IN: lambda text, texts: text.in_(texts),
    Operator.NOT_IN: lambda text, texts: text.not_in(texts),
}
"""How a column is compared with a value, by operator."""


def condition(expression: Expression, compared: Callable[[Comparison], ColumnElement[bool]]) -> ColumnElement[bool]:
    """A filter's tree as a condition.

    Args:
        expression: the tree.
        compared: gives the condition of one comparison.
    """
    if isinstance(expression, And):
        return and_(*(condition(part, compared) for part in expression.parts))
    if isinstance(expression, Or):
        return or_(*(condition(part, compared) for part in expression.parts))
    if isinstance(expression, Not):
        return not_(condition(expression.part, compared))
    return compared(expression)
