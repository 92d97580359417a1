"""A policy out of TOML, with a message for whatever is not as it should be: where, what, and what is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from verspan.errors import InvalidArgumentError
from verspan.gating.documents import read_toml
from verspan.gating.model import Verdict
from verspan.gating.policy import MetricDemands, Must, Policy, Quantity, RowDemands

_QUANTITY: Final = re.compile(r"(?P<currency>\$)?\s*(?P<number>[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)\s*(?P<unit>\D*)")
_Read = Callable[[str, Any], Any]


def read_policy(path: str | Path) -> Policy:
    """The policy in a TOML file.

    Raises:
        InvalidArgumentError: the file cannot be read, or what is in it is no policy.
    """
    return policy_of(read_toml(path, "the policy"), str(path))


def policy_of(document: Mapping[str, Any], place: str = "the policy") -> Policy:
    """The policy that a document states, which has the shape of the file.

    Args:
        document: such as ``{"metrics": {"latency p95": {"at_most": "1500 ms"}}}``.
        place: what to call it in messages.

    Raises:
        InvalidArgumentError: it is no policy; the message names the key, and says what may stand there.
    """
    known = _known(document, place, {"gate": _table, "metrics": _table, "rows": _table})
    settings = _known(known.get("gate", {}), f"{place}: [gate]", _SETTINGS)
    rows = RowDemands(**_known(known.get("rows", {}), f"{place}: [rows]", _ROWS))
    metrics = {
        name: _metric(demands, f'{place}: [metrics."{name}"]') for name, demands in known.get("metrics", {}).items()
    }
    policy = Policy(metrics, rows, **settings)
    if not metrics and rows == RowDemands() and policy.warnings is Verdict.PASS:
        raise InvalidArgumentError(
            f'{place} demands nothing, so everything would pass: add a section such as [metrics."correctness"]'
        )
    return policy


def _metric(demands: Any, where: str) -> MetricDemands:
    found = MetricDemands(**_known(_table(where, demands), where, _DEMANDS))
    if found == MetricDemands():
        raise InvalidArgumentError(f"{where} demands nothing: add one of {', '.join(_DEMANDS)}")
    if found.margin is not None and found.must is None:
        raise InvalidArgumentError(f'{where}.margin says how far must may be missed: add must = "not regress"')
    return found


def _known(table: Mapping[str, Any], where: str, readers: Mapping[str, _Read]) -> dict[str, Any]:
    """What the keys of a table say; a key that nobody knows is an error, since what it demands would go unchecked."""
    for key in table:
        if key not in readers:
            raise InvalidArgumentError(f"{where} has the key {key!r}; known are {', '.join(readers)}")
    return {key: readers[key](f"{where}.{key}", value) for key, value in table.items()}


def _table(where: str, value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise InvalidArgumentError(f"{where} = {value!r}: it is a table of keys and values")


def _one_of(*choices: Any) -> _Read:
    def read(where: str, value: Any) -> Any:
        for choice in choices:
            if value == choice.value:
                return choice
        named = ", ".join(f'"{choice.value}"' for choice in choices)
        raise InvalidArgumentError(f"{where} = {value!r}: it is one of {named}")

    return read


def _alpha(where: str, value: Any) -> float:
    if isinstance(value, float) and 0 < value < 1:
        return value
    raise InvalidArgumentError(f"{where} = {value!r}: it is a number between 0 and 1, such as 0.05")


def _count(where: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise InvalidArgumentError(f"{where} = {value!r}: it is a whole number, 0 or more")


def _quantity(where: str, value: Any) -> Quantity:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Quantity(float(value))
    found = _QUANTITY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise InvalidArgumentError(f'{where} = {value!r}: it is a number, or a number with its unit such as "1500 ms"')
    return Quantity(float(found["number"]), found["currency"] or found["unit"].strip())


def _margin(where: str, value: Any) -> Quantity:
    found = _quantity(where, value)
    if found.number < 0:
        raise InvalidArgumentError(f"{where} = {value!r}: it is how much is tolerated, 0 or more")
    return found


def _share(where: str, value: Any) -> float:
    """A share of the baseline; a bare number is refused, since 10 might be meant as ten per cent or as tenfold."""
    found = _quantity(where, value)
    if found.unit != "%" or found.number < 0:
        raise InvalidArgumentError(f'{where} = {value!r}: it is a share of the baseline, such as "10 %"')
    return found.number / 100


_SETTINGS: Final[Mapping[str, _Read]] = {
    "alpha": _alpha,
    "on_inconclusive": _one_of(*Verdict),
    "warnings": _one_of(*Verdict),
}
_ROWS: Final[Mapping[str, _Read]] = {"max_regressed": _count, "max_errors": _count}
_DEMANDS: Final[Mapping[str, _Read]] = {
    "must": _one_of(*Must),
    "margin": _margin,
    "at_most": _quantity,
    "at_least": _quantity,
    "max_increase": _share,
    "max_decrease": _share,
}
