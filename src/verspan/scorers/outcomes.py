"""What a scorer gives, in whatever form, as feedback."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Any

from verspan.assessments.model import CODE, AssessmentSource, AssessmentSourceType, Feedback
from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import ScorerRecord

_UNNAMED = Feedback().name


def feedback_of(outcome: Any, record: ScorerRecord) -> tuple[Feedback, ...]:
    """The feedback that an outcome is.

    Args:
        outcome: a boolean, a number, a category's name, a Feedback, or a list of Feedback; None where there was nothing
            to judge.
        record: the scorer, whose name a feedback without one gets, and with its version the source.

    Raises:
        InvalidArgumentError: it is none of these.
    """
    if outcome is None:
        return ()
    if isinstance(outcome, (list, tuple)):
        return _distinct([_completed(one, record) for one in outcome], record)
    one = outcome if isinstance(outcome, Feedback) else Feedback(value=_value(outcome, record))
    return (_completed(one, record),)


def _completed(one: Any, record: ScorerRecord) -> Feedback:
    if not isinstance(one, Feedback):
        raise _unusable(f"a list with {_described(one)} in it", record)
    if one.error is None and one.value is None:
        raise InvalidArgumentError(
            f"scorer {record.name!r} gave a Feedback without a value and without an error; "
            "return None where there is nothing to judge"
        )
    return replace(
        one,
        name=record.name if one.name == _UNNAMED else one.name,
        value=_feedback_value(one.value, record),
        source=_source(record) if one.source == CODE else one.source,
    )


def _feedback_value(value: Any, record: ScorerRecord) -> Any:
    """A feedback's own value, which may be more than a scorer returns without one."""
    return value if value is None or isinstance(value, (list, tuple, dict)) else _value(value, record)


def _value(value: Any, record: ScorerRecord) -> bool | float | str:
    plain = value.value if isinstance(value, Enum) else _out_of_numpy(value)
    if isinstance(plain, float) and not math.isfinite(plain):
        raise InvalidArgumentError(f"scorer {record.name!r} gave {plain}, which is no score")
    if isinstance(plain, (bool, int, float, str)):
        return plain
    raise _unusable(_described(value), record)


def _out_of_numpy(value: Any) -> Any:
    """A scalar of NumPy's or PyTorch's as Python's own, which JSON and the store have a form for."""
    return value.item() if getattr(value, "shape", None) == () else value


def _distinct(found: Sequence[Feedback], record: ScorerRecord) -> tuple[Feedback, ...]:
    twice = [name for name, count in Counter(one.name for one in found).items() if count > 1]
    if twice:
        raise InvalidArgumentError(
            f"scorer {record.name!r} gave several Feedback named {twice[0]!r}; give each a name of its own"
        )
    return tuple(found)


def _source(record: ScorerRecord) -> AssessmentSource:
    return AssessmentSource(AssessmentSourceType.CODE, f"{record.name}@{record.version}")


def _unusable(what: str, record: ScorerRecord) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"scorer {record.name!r} gave {what}; a scorer returns a bool, a number, a category as str, a Feedback, "
        "a list of Feedback, or None where there is nothing to judge"
    )


def _described(value: Any) -> str:
    return f"a value of type {type(value).__name__}"
