"""The columns of ``verspan feedback``, which ``verspan trace`` shows below its tree too."""

from __future__ import annotations

from collections.abc import Sequence

from verspan.assessments.model import Assessment, Feedback
from verspan.cli.listing import Column
from verspan.cli.quantities import NOTHING, local_time

_NS_PER_MS = 1_000_000
_STYLES = {"": "green", "overridden": "dim", "withdrawn": "dim"}


def assessment_columns(found: Sequence[Assessment]) -> list[Column]:
    """What was found of a trace, a row for each assessment."""
    states = _states(found)
    return [
        Column("name", [each.name for each in found], least=8, style="bold"),
        Column("kind", ["feedback" if isinstance(each, Feedback) else "expectation" for each in found], rank=3),
        Column("value", [shown_value(each) for each in found], least=8),
        Column("by", [each.source.source_id for each in found], rank=1, least=6),
        Column("source", [each.source.source_type.value for each in found], rank=4),
        Column("when", [local_time((each.create_time_ms or 0) * _NS_PER_MS) for each in found], rank=2),
        Column("", states, rank=1, styles=[_STYLES[state] for state in states]),
        Column("rationale", [_rationale(each) for each in found], rank=2, least=12),
        Column("id", [each.assessment_id or NOTHING for each in found], rank=5, style="cyan"),
    ]


def shown_value(assessment: Assessment) -> str:
    """A value on one line: a text as it is, anything else as JSON; or why there is none."""
    import orjson

    if isinstance(assessment, Feedback) and assessment.error is not None:
        return f"({assessment.error.error_code})"
    value = assessment.value
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _states(found: Sequence[Assessment]) -> list[str]:
    overridden = {each.overrides for each in found}
    return ["" if each.valid else "overridden" if each.assessment_id in overridden else "withdrawn" for each in found]


def _rationale(assessment: Assessment) -> str:
    if not isinstance(assessment, Feedback):
        return NOTHING
    message = assessment.error.error_message if assessment.error else None
    return assessment.rationale or message or NOTHING
