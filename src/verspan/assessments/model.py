"""What somebody found of a trace, or expects of it, as MLflow names it.

A :class:`Feedback` judges an answer, an :class:`Expectation` says what it should have been. Neither is ever changed: a
correction is a new one that says which it takes the place of, so that their history is what was said, in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from verspan.errors import InvalidArgumentError


class AssessmentSourceType(str, Enum):
    """Who judges."""

    HUMAN = "HUMAN"
    CODE = "CODE"
    """A program whose judgement is the same each time."""
    LLM_JUDGE = "LLM_JUDGE"


def source_type_of(name: str) -> AssessmentSourceType:
    """The type of a source by its name.

    Raises:
        InvalidArgumentError: none has that name.
    """
    try:
        return AssessmentSourceType(name)
    except ValueError as error:
        known = ", ".join(each.value for each in AssessmentSourceType)
        raise InvalidArgumentError(f"source_type={name!r} is none of {known}") from error


@dataclass(frozen=True)
class AssessmentSource:
    """Who judged."""

    source_type: AssessmentSourceType
    source_id: str = "default"
    """The person, the scorer with its version, or the judge's model."""

    def __post_init__(self) -> None:
        """Take the type by its name too, as in ``AssessmentSource("HUMAN", "ann")``.

        Raises:
            InvalidArgumentError: no type has that name.
        """
        object.__setattr__(self, "source_type", source_type_of(self.source_type))


CODE = AssessmentSource(AssessmentSourceType.CODE)


@dataclass(frozen=True)
class AssessmentError:
    """Why there is no judgement: one that failed is not a bad one."""

    error_code: str
    """Of few values, such as the class of an exception."""
    error_message: str | None = None


@dataclass(frozen=True)
class Feedback:
    """A judgement. A scorer gives one with as little as a value; what is left out is filled in by whoever keeps it."""

    name: str = "feedback"
    """What is judged, such as ``correctness``."""
    value: Any = None
    """A boolean, a number, a category's name, or a list or mapping of these; None where it failed."""
    rationale: str | None = None
    """Why."""
    error: AssessmentError | None = None
    source: AssessmentSource = CODE
    metadata: Mapping[str, str] = field(default_factory=dict)
    trace_id: str | None = None
    span_id: str | None = None
    """The span that it is about; the whole trace where it is None."""
    assessment_id: str | None = None
    """``a-`` and 32 hexadecimal digits; None until it is kept."""
    create_time_ms: int | None = None
    """When it was given, in milliseconds since the epoch; None until it is kept."""
    run_id: str | None = None
    """The evaluation run that it came from."""
    overrides: str | None = None
    """The id of the assessment that it takes the place of."""
    valid: bool = True
    """False once another has taken its place, or it was withdrawn."""


@dataclass(frozen=True)
class Expectation:
    """What a trace should have answered, or should have done."""

    name: str
    """Such as ``expected_response``, ``expected_facts``, ``guidelines``."""
    value: Any
    source: AssessmentSource = AssessmentSource(AssessmentSourceType.HUMAN)
    metadata: Mapping[str, str] = field(default_factory=dict)
    trace_id: str | None = None
    span_id: str | None = None
    assessment_id: str | None = None
    create_time_ms: int | None = None
    overrides: str | None = None
    valid: bool = True


Assessment = Feedback | Expectation
