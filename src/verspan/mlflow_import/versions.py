"""MLflow's LoggedModels as records of versions.

A version is known by its name, so the LoggedModels of one name in one experiment, of which MLflow makes one at each
start of an application, are one version: the parameters of the earliest count, and the newest of the rest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from verspan.errors import InvalidArgumentError
from verspan.mlflow_import.model import MlflowModel
from verspan.versions.checking import checked_params, checked_tags
from verspan.versions.identity import checked_name, experiment_id_for, model_id_for
from verspan.versions.model import GitState, LoggedModel, LoggedModelStatus, ModelMetric
from verspan.versions.remotes import without_credentials

MODEL_ID_TAG: Final = "mlflow.model_id"
"""The tag that has MLflow's own id, or several with commas between."""
_GIT: Final = "mlflow.source.git."
_REPOSITORY: Final = "mlflow.source.git.repoURL"


@dataclass(frozen=True)
class Versions:
    """What the LoggedModels of an experiment have become."""

    records: Sequence[LoggedModel]
    by_mlflow_id: Mapping[str, LoggedModel]
    notes: Sequence[str]
    """What is not as it was in MLflow, a sentence each."""


def versions_from(models: Iterable[MlflowModel]) -> Versions:
    """The versions that LoggedModels are records of.

    Args:
        models: those of one experiment, the earliest first.
    """
    named: dict[str, list[MlflowModel]] = {}
    notes: list[str] = []
    for model in models:
        problem = _problem(model)
        if problem:
            notes.append(f"LoggedModel {model.model_id} is left out: {problem}")
        else:
            named.setdefault(checked_name(model.name, "version name"), []).append(model)
    records: list[LoggedModel] = []
    by_id: dict[str, LoggedModel] = {}
    for name, same in named.items():
        record = _record(name, same)
        records.append(record)
        by_id.update((model.model_id, record) for model in same)
        if len(same) > 1:
            notes.append(f"{name}: {len(same)} LoggedModels of this name are one version")
    return Versions(records, by_id, notes)


def _problem(model: MlflowModel) -> str | None:
    """Why a LoggedModel cannot be a version here; None where it can."""
    try:
        checked_name(model.name, "version name")
        checked_params(model.params)
        checked_tags(model.tags)
    except InvalidArgumentError as error:
        return str(error)
    return None


def _record(name: str, models: Sequence[MlflowModel]) -> LoggedModel:
    newest = max(models, key=lambda model: model.last_updated_timestamp)
    experiment = checked_name(newest.experiment_name, "experiment name")
    tags = {key: value for model in models for key, value in model.tags.items()}
    run_tags = {key: value for model in models for key, value in model.run_tags.items() if key.startswith(_GIT)}
    tags = _without_credentials({**run_tags, **tags})
    return LoggedModel(
        model_id=model_id_for(experiment, name),
        name=name,
        experiment_id=experiment_id_for(experiment),
        experiment_name=experiment,
        creation_timestamp=min(model.creation_timestamp for model in models),
        last_updated_timestamp=newest.last_updated_timestamp,
        status=_status(newest),
        git=_git(tags),
        params=checked_params({key: value for model in reversed(models) for key, value in model.params.items()}),
        tags=checked_tags({**tags, MODEL_ID_TAG: ",".join(sorted(model.model_id for model in models))}),
        metrics=_metrics(models),
        model_type=newest.model_type,
        deleted_timestamp=newest.last_updated_timestamp if all(model.deleted for model in models) else None,
    )


def _status(model: MlflowModel) -> LoggedModelStatus:
    known = {status.value: status for status in LoggedModelStatus}
    return known.get(model.status, LoggedModelStatus.PENDING)


def _git(tags: Mapping[str, str]) -> GitState | None:
    dirty = tags.get(f"{_GIT}dirty")
    state = GitState(
        commit=tags.get(f"{_GIT}commit"),
        branch=tags.get(f"{_GIT}branch"),
        remote_url=tags.get(_REPOSITORY),
        dirty=None if dirty is None else dirty == "true",
    )
    return None if state == GitState() else state


def _without_credentials(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: without_credentials(value) if key == _REPOSITORY else value for key, value in tags.items()}


def _metrics(models: Sequence[MlflowModel]) -> tuple[ModelMetric, ...]:
    found = {
        ModelMetric(each.key, each.value, each.timestamp, each.step, each.dataset_name)
        for model in models
        for each in model.metrics
        if math.isfinite(each.value)
    }
    return tuple(
        sorted(found, key=lambda each: (each.key, each.dataset_name or "", each.timestamp, each.step, each.value))
    )
