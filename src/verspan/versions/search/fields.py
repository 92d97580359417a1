"""The fields that filters and orders name, and what each can be compared with."""

from __future__ import annotations

from typing import Final

from verspan.versions.search.model import Field, FieldKind, Operator

_TEXT_OPERATORS: Final = (
    Operator.EQUAL,
    Operator.UNEQUAL,
    Operator.LIKE,
    Operator.ILIKE,
    Operator.IN,
    Operator.NOT_IN,
)
_NUMBER_OPERATORS: Final = (
    Operator.EQUAL,
    Operator.UNEQUAL,
    Operator.LESS,
    Operator.AT_MOST,
    Operator.GREATER,
    Operator.AT_LEAST,
)
TIMES: Final = ("creation_timestamp", "last_updated_timestamp", "deleted_timestamp")
"""Attributes that are numbers: milliseconds since the epoch."""
TEXTS: Final = (
    "name",
    "model_id",
    "status",
    "experiment_name",
    "experiment_id",
    "model_type",
    "note",
    "parent_model_id",
    "baseline_model_id",
    "fingerprint",
    "git_commit",
    "git_branch",
)
"""Attributes that are texts."""
_OTHER_NAMES: Final = {"creation_time": "creation_timestamp", "last_updated_time": "last_updated_timestamp"}
_KINDS: Final = {
    **{kind.value: kind for kind in FieldKind},
    **{kind.value.removesuffix("s"): kind for kind in FieldKind},
    "attr": FieldKind.ATTRIBUTE,
    "parameter": FieldKind.PARAM,
    "parameters": FieldKind.PARAM,
}
KNOWN: Final = f"{', '.join((*TEXTS, *TIMES))}, aliases, params.NAME, tags.NAME and metrics.NAME"
"""What there is, for messages."""


def kind_named(word: str) -> FieldKind | None:
    """The kind that a word before a dot stands for, such as ``params`` or ``metric``, if it does."""
    return _KINDS.get(word.lower())


def attribute(name: str) -> Field | None:
    """The attribute of a name, or None where there is no such."""
    known = _OTHER_NAMES.get(name.lower(), name.lower())
    if known in (FieldKind.ALIAS.value, "alias"):
        return Field(FieldKind.ALIAS, "")
    return Field(FieldKind.ATTRIBUTE, known) if known in TIMES or known in TEXTS else None


def is_number(field: Field) -> bool:
    """Whether a field is compared with numbers; else with texts."""
    return field.kind is FieldKind.METRIC or (field.kind is FieldKind.ATTRIBUTE and field.name in TIMES)


def operators_of(field: Field) -> tuple[Operator, ...]:
    """How a field can be compared."""
    return _NUMBER_OPERATORS if is_number(field) else _TEXT_OPERATORS
