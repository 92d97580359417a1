"""What two versions' calls would have cost on one day, so that a change of prices is told from a change of use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verspan.pricing import TokenUsage, price
from verspan.sources.model import ObservedCall, ObservedTrace

_SAMPLE = TokenUsage(1_000, 1_000, 100)  # by which it is seen whether prices differ


def at_constant_prices(
    baseline: Sequence[ObservedTrace], candidate: Sequence[ObservedTrace]
) -> Callable[[ObservedTrace], float | None] | None:
    """What a trace costs at the prices of the latest call of either version.

    Returns:
        A function that gives a trace's cost in USD, or None where the price of a call is not known; None where no
        model's price has changed over the calls of both, so that their costs are at constant prices anyway.
    """
    calls = [call for traces in (baseline, candidate) for trace in traces for call in trace.calls]
    if not calls or not _changed(calls):
        return None
    latest_ns = max(call.start_ns for call in calls)

    def repriced(trace: ObservedTrace) -> float | None:
        costs = [_cost(call, latest_ns) for call in trace.calls if call.input_tokens or call.output_tokens]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    return repriced


def _changed(calls: Sequence[ObservedCall]) -> bool:
    """Whether the price of a model was another at its first call than at its last, of all these."""
    seen: dict[tuple[str, str], tuple[int, int]] = {}
    for call in calls:
        if call.provider is not None and call.model is not None:
            kind = call.provider, call.model
            first, last = seen.get(kind, (call.start_ns, call.start_ns))
            seen[kind] = min(first, call.start_ns), max(last, call.start_ns)
    latest_ns = max(call.start_ns for call in calls)
    return any(_sample_cost(*kind, first) != _sample_cost(*kind, latest_ns) for kind, (first, _) in seen.items())


def _sample_cost(provider: str, model: str, at_ns: int) -> float | None:
    found = price(provider, model, _SAMPLE, at_ns)
    return None if found is None else found.usd


def _cost(call: ObservedCall, at_ns: int) -> float | None:
    if call.provider is None or call.model is None:
        return None
    usage = TokenUsage(call.input_tokens, call.output_tokens, call.cached_tokens)
    found = price(call.provider, call.model, usage, at_ns)
    return None if found is None else found.usd
