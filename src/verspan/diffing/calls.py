"""How a version calls models, as its traces show: what it asks for, whether it was declared as a parameter or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from verspan.versions.behaviour import SeenCall

_SHOWN = 10
"""Values of one fact; a version whose instructions change with every call has very many."""
_SHORT = 12  # digits of a digest


def call_facts(calls: Sequence[SeenCall]) -> Mapping[str, str] | None:
    """What the calls of a version have asked for: each fact with its values, sorted; None where there was no call.

    Tools and instructions stand by the beginnings of their digests, which tell whether they are the same.
    """
    values: dict[str, set[str]] = {}
    for call in calls:
        for name, value in _facts(call):
            values.setdefault(name, set()).add(value)
    return {name: _listed(values[name]) for name in sorted(values)} or None


def _facts(call: SeenCall) -> Iterator[tuple[str, str]]:
    yield "model", f"{call.request_model} ({call.operation_name})"
    yield from call.parameters.items()
    if call.tools:
        yield "tools", call.tools[:_SHORT]
    if call.instructions:
        yield "instructions", call.instructions[:_SHORT]


def _listed(values: Iterable[str]) -> str:
    ordered = sorted(values)
    more = [f"… {len(ordered) - _SHOWN} more"] if len(ordered) > _SHOWN else []
    return ", ".join([*ordered[:_SHOWN], *more])
