"""Rules out of TOML, with a message for whatever is not as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from verspan.alerts.model import Rule
from verspan.errors import InvalidArgumentError
from verspan.gating.documents import read_toml
from verspan.gating.reading import policy_of
from verspan.trends.roll_ups import OF_CALLS
from verspan.watching.durations import seconds_of

_OWN = ("name", "metric", "env", "version", "window", "against", "no_data", "alpha")
_TEXTS = ("name", "metric", "env", "version", "window", "against")


def read_rules(path: Path) -> list[Rule]:
    """The rules in a TOML file.

    Raises:
        InvalidArgumentError: the file cannot be read, or what is in it are no rules.
    """
    document = read_toml(path, "the rules")
    listed = document.get("alerts")
    if set(document) != {"alerts"} or not isinstance(listed, list) or not listed:
        raise InvalidArgumentError(f"{path} has a section [[alerts]] for each rule, and nothing else")
    rules = [_rule(each, f"{path}: alert {number}") for number, each in enumerate(listed, 1)]
    names = [rule.name for rule in rules]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidArgumentError(f"{path} has several alerts with the name {twice[0]!r}: each has its own")
    return rules


def _rule(table: Mapping[str, Any], place: str) -> Rule:
    for key in _TEXTS:
        if not isinstance(table.get(key, ""), str):
            raise InvalidArgumentError(f"{place}: {key} = {table[key]!r} is no text")
    if not table.get("name") or not table.get("window"):
        raise InvalidArgumentError(f'{place} has a name, and a window such as "1h"')
    demands = {key: value for key, value in table.items() if key not in _OWN}
    where, metric = f"{place} ({table['name']})", table.get("metric")
    against_s, against_version = _against(table.get("against"))
    if against_version is not None and table.get("version") is None:
        raise InvalidArgumentError(f"{where} compares with a version: say which is compared, by version = …")
    return Rule(
        name=table["name"],
        window_s=seconds_of(table["window"]),
        policy=_policy(table, demands, where),
        metric=metric,
        environment=table.get("env"),
        version=table.get("version"),
        against_s=against_s,
        against_version=against_version,
    )


def _policy(table: Mapping[str, Any], demands: Mapping[str, Any], where: str) -> Any:
    """What is demanded of the metric; None where it is traffic alone."""
    metric = table.get("metric")
    if table.get("no_data") is True:
        if demands or "against" in table:
            raise InvalidArgumentError(f"{where} fires where there are no data, and demands nothing else of them")
        return None
    if metric is None:
        raise InvalidArgumentError(f"{where} has a metric, or no_data = true")
    if metric in OF_CALLS:
        raise InvalidArgumentError(f"{where}: {metric!r} is of calls; alerts are of traces, and of feedback")
    settings = {"alpha": table["alpha"]} if "alpha" in table else {}
    found = policy_of({"gate": settings, "metrics": {metric: demands}}, where)
    compared = ("must", "max_increase", "max_decrease")
    if "against" not in table and any(key in demands for key in compared):
        raise InvalidArgumentError(f'{where} compares: say what with, as in against = "1d" or against = "app@champion"')
    return found


def _against(text: str | None) -> tuple[float | None, str | None]:
    """How long before, or which version."""
    if text is None:
        return None, None
    try:
        return seconds_of(text), None
    except InvalidArgumentError:
        return None, text
