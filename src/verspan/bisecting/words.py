"""A bisection in words."""

from __future__ import annotations

from collections.abc import Iterator

from verspan.bisecting.model import Belongs, Bisection, Commit, Outcome, Probe
from verspan.comparison.model import Difference
from verspan.evaluation.model import Spent

_SHORT = 12
_SHOWN = 20  # commits of a range


def told(found: Bisection) -> Iterator[str]:
    """Everything but the probes, line by line, the answer first."""
    yield from _answer(found)
    if found.step is not None:
        if found.step.difference is not None:
            yield f"{found.metric}: {_figures(found.step.difference)}"
        yield from found.step.stat.splitlines()
    yield from (f"warning: {warning}" for warning in found.warnings)
    if found.outcome is not Outcome.PLANNED:
        yield f"{_tried(found)}; {cost(found.spent)}"


def line(probe: Probe) -> str:
    """A probe on one line."""
    found = probe.from_good
    figure = "" if found is None else f"  {found.candidate:.4g} ({found.rows[1]} rows, {_trials(probe.trials)})"
    paid = "recorded" if probe.recorded else cost(probe.spent)
    how = f"  {probe.reason}" if probe.reason else f"  {_sure(probe)}, {paid}"
    return f"{probe.belongs.value:<7}  {short(probe.commit)}{figure}{how}"


def short(commit: Commit) -> str:
    """A commit by the beginning of its hash and its subject."""
    return f"{commit.commit[:_SHORT]} {commit.subject}"


def cost(spent: Spent) -> str:
    """What calls came to."""
    tokens = spent.input_tokens + spent.output_tokens
    usd = "" if spent.cost_usd is None else f", ${spent.cost_usd:.4f}"
    unpriced = f", {spent.unpriced_calls} without a known price" if spent.unpriced_calls else ""
    return f"{spent.calls} calls, {tokens:,} tokens{usd}{unpriced}"


def _answer(found: Bisection) -> Iterator[str]:
    if found.outcome is Outcome.FOUND:
        commit = found.suspects[0]
        yield f"the first bad commit is {commit.commit}"
        yield f"  {commit.subject}"
        yield f"  {commit.author}, {commit.date}"
    elif found.outcome is Outcome.NO_DIFFERENCE:
        yield f"{found.metric} is not shown to be worse at {short(found.bad)} than at {short(found.good)}"
        ends = found.probes[-1].from_good
        if ends is not None:
            yield f"{found.metric}: {_figures(ends)}"
    elif found.outcome is Outcome.PLANNED:
        yield f"{_count(found)} between {short(found.good)} and {short(found.bad)}"
        yield f"the two ends and about {found.expected_probes} commits between are evaluated"
        yield f"{len(found.recorded)} of these commits have results already, which cost nothing"
    else:
        why = f": {found.stopped_by}" if found.stopped_by else ""
        yield f"{_count(found)} may be the first bad one{why}"
        yield from (f"  {short(commit)}" for commit in found.suspects[:_SHOWN])
        if len(found.suspects) > _SHOWN:
            yield f"  and {len(found.suspects) - _SHOWN} more"


def _figures(found: Difference) -> str:
    before, after = (_with_interval(found, side) for side in (0, 1))
    change = f"{found.estimate:+.4g} [{found.interval.low:+.4g}, {found.interval.high:+.4g}]"
    return f"{before} before, {after} after: {change} at {found.confidence:g} confidence, {found.rows[0]} rows"


def _with_interval(found: Difference, side: int) -> str:
    figure = f"{(found.baseline, found.candidate)[side]:.4g}"
    return figure if found.sides is None else f"{figure} [{found.sides[side].low:.4g}, {found.sides[side].high:.4g}]"


def _tried(found: Bisection) -> str:
    skipped = sum(probe.belongs is Belongs.SKIPPED for probe in found.probes)
    less = f", {skipped} of them skipped" if skipped else ""
    return f"{len(found.probes)} commits tried{less}; wrong no more often than {found.alpha:g}"


def _count(found: Bisection) -> str:
    return f"{len(found.suspects)} commits" if len(found.suspects) != 1 else "1 commit"


def _trials(count: int) -> str:
    return "1 trial" if count == 1 else f"{count} trials"


def _sure(probe: Probe) -> str:
    if probe.belongs is Belongs.BAD:
        return f"worse than the good end (p = {probe.p_worse:.2g})"
    return f"better than the bad end (p = {probe.p_better:.2g})"
