"""What a search for versions consists of: the tree of its filter, its order, its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from verspan.versions.model import LoggedModel


class FieldKind(str, Enum):
    """Where a field's value is; the value is the word that stands before the name in a filter."""

    ATTRIBUTE = "attributes"
    PARAM = "params"
    TAG = "tags"
    METRIC = "metrics"
    ALIAS = "aliases"


@dataclass(frozen=True)
class Field:
    """Something of a version that has a value, or several: of aliases any of a version's counts."""

    kind: FieldKind
    name: str
    """The attribute, parameter, tag or metric; empty for aliases."""

    def __str__(self) -> str:
        return f"{self.kind.value}.{self.name}" if self.name else self.kind.value


class Operator(str, Enum):
    """How a field is compared."""

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    LIKE = "LIKE"
    ILIKE = "ILIKE"
    IN = "IN"
    NOT_IN = "NOT IN"


@dataclass(frozen=True)
class Comparison:
    """A field compared with a value; false where a version does not have the field."""

    field: Field
    operator: Operator
    value: str | float | Sequence[str]
    """A number for metrics and times, several texts for IN and NOT IN, else a text."""


@dataclass(frozen=True)
class And:
    """All of these."""

    parts: Sequence[Expression]


@dataclass(frozen=True)
class Or:
    """Any of these."""

    parts: Sequence[Expression]


@dataclass(frozen=True)
class Not:
    """Not this."""

    part: Expression


Expression: TypeAlias = "Comparison | And | Or | Not"


@dataclass(frozen=True)
class Order:
    """A field to order by; versions without it come last."""

    field: Field
    ascending: bool = True


@dataclass(frozen=True)
class ModelSearch:
    """Which versions are asked for, in which order; after what is ordered by, the newest come first."""

    experiment_names: Sequence[str] = ()
    """Any of these; every experiment's where it is empty."""
    experiment_ids: Sequence[str] = ()
    """Likewise."""
    where: Expression | None = None
    order_by: Sequence[Order] = ()
    limit: int = 100
    page_token: str | None = None
    """Where the page before ended; the rest of the search must be the same."""
    include_deleted: bool = False


@dataclass(frozen=True)
class ModelPage:
    """Some of the versions that a search finds."""

    models: Sequence[LoggedModel]
    next_page_token: str | None = None
    """What the next page is asked for with; None where this is the last."""
