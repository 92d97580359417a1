"""The life of a version's record: made, finalized, read, deleted, restored; with MLflow's names and arguments.

These are calls that ask for a record, so what goes wrong is raised. To say which version runs, which never raises, is
:mod:`verspan.versions.active`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from verspan.context import current_experiment
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.versions.application import application_folder, automatic_state
from verspan.versions.changing import changed, named
from verspan.versions.checking import checked_params, checked_tags
from verspan.versions.identity import checked_name, experiment_id_for, model_id_for
from verspan.versions.model import LoggedModel, LoggedModelStatus
from verspan.versions.registry import announce, opened_store
from verspan.versions.warnings import warn_of_record

_last: list[str] = []
"""The id of the version that this process has made last."""


def create_external_model(
    name: str | None = None,
    *,
    tags: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    model_type: str | None = None,
    experiment_name: str | None = None,
) -> LoggedModel:
    """Keep the record of a version whose code lies elsewhere; its status is READY.

    A version of this name that is there already gets what it does not have yet.

    Args:
        name: 1 to 250 printable characters; else the application's directory and ``git describe``.
        tags: texts by name.
        params: likewise. Those that the version has keep their values: another value is worth a warning.
        model_type: what kind of application it is, in your words, such as ``agent``.
        experiment_name: the application that it belongs to; else the current experiment.

    Returns:
        The version as the store has it.

    Raises:
        InvalidArgumentError: an argument cannot be kept.
        StoreError: the store cannot be written.
    """
    given = _record(name, experiment_name, LoggedModelStatus.READY, tags, params, model_type)
    with opened_store(create=True) as store:
        kept = store.upsert_model(given)
    warn_of_record(given, kept)
    return _made(kept)


def initialize_logged_model(
    name: str | None = None,
    *,
    tags: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    model_type: str | None = None,
    experiment_name: str | None = None,
) -> LoggedModel:
    """Begin a version: its status is PENDING until :func:`finalize_logged_model`, and its parameters may change.

    Args:
        name: as :func:`create_external_model` has it, as the others.
        tags: texts by name.
        params: likewise.
        model_type: what kind of application it is.
        experiment_name: the application that it belongs to.

    Raises:
        InvalidArgumentError: an argument cannot be kept, or the version of this name is READY.
        StoreError: the store cannot be written.
    """
    given = _record(name, experiment_name, LoggedModelStatus.PENDING, tags, params, model_type)
    with opened_store(create=True) as store:
        kept = store.models.initialize(given)
    return _made(kept)


def finalize_logged_model(model_id: str, status: LoggedModelStatus | str) -> LoggedModel:
    """Make a version that is PENDING READY or FAILED; from then on its parameters keep their values.

    Args:
        model_id: the version's id, or its name.
        status: ``READY`` or ``FAILED``.

    Raises:
        InvalidArgumentError: the status is another, or the version has been finalized with another.
        NotFoundError: there is no such version.
        StoreError: the store cannot be written.
    """
    final = _final(status)
    return changed(model_id, lambda records, found: records.finalize(found, final))


def get_logged_model(model_id: str, *, allow_deleted: bool = False) -> LoggedModel:
    """A version, from the store.

    Args:
        model_id: its id, its whole name, ``models:/`` and its id, or ``experiment@alias``.
        allow_deleted: whether it may be one that is deleted.

    Raises:
        NotFoundError: there is no such version, there are several, or it is deleted.
        StoreError: the store cannot be read.
    """
    with opened_store() as store:
        found = named(store, model_id, include_deleted=allow_deleted)
    if found.deleted_timestamp is not None and not allow_deleted:
        raise NotFoundError(
            f"the version {found.name} is deleted: verspan.restore_logged_model({found.model_id!r}) restores it"
        )
    return found


def last_logged_model() -> LoggedModel | None:
    """The version that this process has made last, as the store has it now; None where it has made none.

    Made by :func:`create_external_model` or :func:`initialize_logged_model`.
    """
    return get_logged_model(_last[-1], allow_deleted=True) if _last else None


def delete_logged_model(model_id: str) -> LoggedModel:
    """Hide a version from lists and searches; its record, aliases and traces stay, and it can be restored.

    Args:
        model_id: its id, or its name.

    Raises:
        NotFoundError: there is no such version.
        StoreError: the store cannot be written.
    """
    return changed(model_id, lambda records, found: records.delete(found))


def restore_logged_model(model_id: str) -> LoggedModel:
    """Show a version again that was deleted.

    Args:
        model_id: its id, or its name.

    Raises:
        NotFoundError: there is no such version.
        StoreError: the store cannot be written.
    """
    return changed(model_id, lambda records, found: records.restore(found), include_deleted=True)


def _record(  # noqa: PLR0913, PLR0917 - what the two that make a version are given
    name: str | None,
    experiment_name: str | None,
    status: LoggedModelStatus,
    tags: Mapping[str, str] | None,
    params: Mapping[str, str] | None,
    model_type: str | None,
) -> LoggedModel:
    experiment = checked_name(current_experiment() if experiment_name is None else experiment_name, "experiment name")
    checked = checked_name(automatic_state(application_folder()).name if name is None else name, "version name")
    now = time.time_ns() // 1_000_000
    return LoggedModel(
        model_id=model_id_for(experiment, checked),
        name=checked,
        experiment_id=experiment_id_for(experiment),
        experiment_name=experiment,
        creation_timestamp=now,
        last_updated_timestamp=now,
        status=status,
        params=checked_params(params or {}),
        tags=checked_tags(tags or {}),
        model_type=None if model_type is None else checked_name(model_type, "model_type"),
    )


def _made(model: LoggedModel) -> LoggedModel:
    _last[:] = [model.model_id]
    announce(model)
    return model


def _final(status: LoggedModelStatus | str) -> LoggedModelStatus:
    try:
        final = LoggedModelStatus(status)
    except ValueError:
        final = LoggedModelStatus.PENDING
    if final is LoggedModelStatus.PENDING:
        raise InvalidArgumentError(f"a version is finalized as READY or FAILED, and not as {str(status)[:40]!r}")
    return final
