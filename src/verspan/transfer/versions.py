"""Records of versions, as they stand in a file and as they are kept from one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from verspan.store.interface import Store
from verspan.transfer.documents import GetContent, record_from
from verspan.versions.checking import checked_alias, checked_note
from verspan.versions.identity import checked_name, experiment_id_for, model_id_for
from verspan.versions.model import LoggedModel

_TIMES: Final = range(2**53)  # milliseconds since the epoch, as far as JSON and doubles hold whole numbers


def read_version(document: object, content: GetContent) -> LoggedModel:
    """A version's record out of its document.

    Raises:
        ValueError: it is none, or its id is not that of its names, so that nobody can pass a record off as another's.
    """
    model = record_from(LoggedModel, document, content)
    checked = replace(
        model,
        name=checked_name(model.name, "version name"),
        experiment_name=checked_name(model.experiment_name, "experiment name"),
        note=checked_note(model.note),
        aliases=tuple(checked_alias(alias) for alias in model.aliases),
    )
    if model.model_id != model_id_for(checked.experiment_name, checked.name):
        raise ValueError(f"the id {model.model_id} is not that of {checked.name!r} in {checked.experiment_name!r}")
    if model.experiment_id != experiment_id_for(checked.experiment_name):
        raise ValueError(f"the id {model.experiment_id} is not that of {checked.experiment_name!r}")
    moments = [model.creation_timestamp, model.last_updated_timestamp, model.deleted_timestamp or 0]
    moments += [metric.timestamp for metric in model.metrics]
    moments += [seen.first_seen_timestamp for seen in model.fingerprints]
    if not all(moment in _TIMES for moment in moments):
        raise ValueError("a time of it is not milliseconds since 1970")
    if not all(math.isfinite(metric.value) for metric in model.metrics):
        raise ValueError("a metric of it is no finite number")
    return checked


def keep_version(store: Store, model: LoggedModel) -> tuple[bool, list[str]]:
    """Keep a version's record as any other that comes from elsewhere, and those of its aliases that are free.

    Returns:
        Whether the store had no record of it, and what is not as it was where the record comes from.
    """
    known = store.get_model(model.model_id)
    kept = store.upsert_model(model)
    return known is None or not known.experiment_name, [*_differences(kept, model), *_keep_aliases(store, model)]


def _differences(kept: LoggedModel, given: LoggedModel) -> Iterator[str]:
    for name, value in given.params.items():
        if kept.params.get(name) != value:
            yield f"{given.name}: the parameter {name!r} stays {kept.params.get(name)!r}, and was {value!r}"
    if kept.status is not given.status:
        yield f"{given.name}: the status stays {kept.status.value}, and was {given.status.value}"


def _keep_aliases(store: Store, model: LoggedModel) -> Iterator[str]:
    for alias in model.aliases:
        holder = store.models.at_alias(model.experiment_name, alias)
        if holder is None:
            store.models.set_alias(model.model_id, alias)
        elif holder.model_id != model.model_id:
            yield f"{model.name}: the alias {alias!r} stays with {holder.name}"
