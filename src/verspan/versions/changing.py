"""Changing the record of a version: found, changed in the store, and told to whoever receives telemetry."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from verspan.context import active_version
from verspan.errors import InvalidArgumentError
from verspan.versions.model import LoggedModel
from verspan.versions.registry import announce, opened_store
from verspan.versions.resolving import resolve_model

if TYPE_CHECKING:
    from verspan.store.interface import Store
    from verspan.versions.records import ModelRecords


def changed(
    version: str | None, change: Callable[[ModelRecords, str], LoggedModel], *, include_deleted: bool = False
) -> LoggedModel:
    """Change a version's record.

    Args:
        version: an id, a whole name, or an alias, see :func:`named`; None for the active version.
        change: does so, given the store's records and the version's id.
        include_deleted: whether a name may mean one that is deleted.

    Returns:
        The record as it is then.

    Raises:
        InvalidArgumentError: no version is given and none is active.
        NotFoundError: there is no such version, or there are several.
        StoreError: the store cannot be read or written.
    """
    with opened_store(create=True) as store:
        model = named(store, given_or_active(version), include_deleted=include_deleted)
        kept = change(store.models, model.model_id)
    announce(kept)
    return kept


def named(store: Store, version: str, *, include_deleted: bool = False) -> LoggedModel:
    """The version that a program names: by its id, its whole name, or as ``experiment@alias``.

    Raises:
        NotFoundError: there is no such version, or there are several.
    """
    return resolve_model(store, version, beginnings=False, include_deleted=include_deleted)


def given_or_active(version: str | None) -> str:
    """What names a version: what is given, else the id of the active one.

    Raises:
        InvalidArgumentError: nothing is given and no version is active.
    """
    if version is not None:
        return version
    active = active_version()
    if active is None:
        raise InvalidArgumentError(
            "no version is active here: give a model_id, or make one active with verspan.set_active_model(name=...)"
        )
    return active.model_id
