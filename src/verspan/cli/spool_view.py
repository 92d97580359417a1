"""The columns of ``verspan spool``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from verspan.cli.listing import Column
from verspan.cli.quantities import NOTHING, count, local_time

if TYPE_CHECKING:  # it loads the SDK
    from verspan.spool.survey import SpoolState


def spool_columns(states: Sequence[SpoolState]) -> list[Column]:
    """What a list of destinations shows, the address cut first."""
    return [
        Column("exporter", [state.destination.exporter for state in states], rank=4),
        Column("destination", [state.destination.address for state in states], least=20, keeps_end=True, style="bold"),
        Column("waiting", [count(state.waiting) for state in states], right=True),
        Column("size", [f"{state.size_bytes / 1e6:,.1f} MB" for state in states], rank=2, right=True),
        Column("oldest", [local_time(state.oldest_ns) for state in states], rank=3),
        Column("alive", [str(state.live_processes) for state in states], rank=1, right=True),
        Column("dead", [str(state.dead_processes) for state in states], rank=1, right=True),
        Column("lost", [_lost(state) for state in states], right=True, styles=[_lost_style(state) for state in states]),
        *_sampled_out(states),
    ]


def _sampled_out(states: Sequence[SpoolState]) -> Iterator[Column]:
    """How many spans were left out on purpose, where any were."""
    numbers = [state.counters.sampled_out for state in states]
    if any(numbers):
        yield Column("sampled out", [count(number) if number else NOTHING for number in numbers], rank=2, right=True)


def _lost(state: SpoolState) -> str:
    reasons = [f"{number} {reason.value}" for reason, number in state.counters.dropped.items() if number]
    return ", ".join(reasons) or NOTHING


def _lost_style(state: SpoolState) -> str:
    return "red" if any(state.counters.dropped.values()) else ""
