"""An agreement in words, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verspan.agreement.model import Agreement, Estimate, JudgeAgreement, Reliability, Value

_STRENGTHS = ((0.0, "poor"), (0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial"))
_MOST_SHOWN = 5


def plain(found: Agreement, most: int = _MOST_SHOWN) -> str:
    """All of it as lines.

    Args:
        found: what was measured.
        most: how many disagreements of each judge are told.
    """
    lines = [line for judge in found.judges for line in _judge(found, judge, most)]
    return "\n".join([*lines, *_raters("people among themselves", found.people), *_raters("all", found.everyone)])


def strength(kappa: float) -> str:
    """What Landis and Koch ("The measurement of observer agreement for categorical data", 1977) call a kappa."""
    if kappa < 0:
        return "poor"
    return next((name for most, name in _STRENGTHS[1:] if kappa <= most), "almost perfect")


def table_lines(judge: JudgeAgreement) -> Sequence[str]:
    """The confusion table: people's categories below each other, the judge's beside each other."""
    names = [shown(category) for category in judge.categories]
    width = max([len(name) for name in names] + [len(str(count)) for row in judge.table for count in row], default=0)
    head = " " * (width + 8) + "  ".join(name.rjust(width) for name in names)
    rows = [
        f"people {name.rjust(width)}  " + "  ".join(str(count).rjust(width) for count in row)
        for name, row in zip(names, judge.table, strict=True)
    ]
    return [head.rstrip(), *rows]


def shown(value: Value) -> str:
    """A value as it is typed."""
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def estimated(found: Estimate | None, *, percent: bool = False) -> str:
    """A figure with its interval."""
    if found is None:
        return "not defined"
    form = ".1%" if percent else ".2f"
    interval = found.interval
    between = "" if interval is None else f" ({interval.low:{form}} to {interval.high:{form}})"
    return f"{found.value:{form}}{between}"


def _judge(found: Agreement, judge: JudgeAgreement, most: int) -> Iterator[str]:
    yield f"{found.name} by {judge.judge} beside people, {judge.labels} traces"
    if judge.raw is not None:
        yield f"  raw agreement {estimated(judge.raw, percent=True)}"
        called = "" if judge.kappa is None else f", {strength(judge.kappa.value)}"
        yield f"  kappa {estimated(judge.kappa)}{called}"
        yield from (f"  {line}" for line in table_lines(judge))
    for each in judge.disagreements[:most]:
        why = "" if each.judge_rationale is None else f": {' '.join(each.judge_rationale.split())}"
        yield f"  {each.trace_id}: people {shown(each.human)}, judge {shown(each.judge)}{why}"
    yield from (f"  warning: {warning}" for warning in judge.warnings)


def _raters(who: str, found: Reliability | None) -> Iterator[str]:
    if found is not None:
        yield f"{who}: alpha {estimated(found.alpha)}, {len(found.raters)} raters, {found.units} traces"
