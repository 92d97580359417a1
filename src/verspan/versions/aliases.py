"""Aliases: names such as ``champion`` that an application gives one of its versions, and later another.

An alias belongs to an experiment, and is written after it: ``my-genai-app@champion`` means a version wherever one is
named.
"""

from __future__ import annotations

from collections.abc import Sequence

from verspan.context import current_experiment
from verspan.errors import NotFoundError
from verspan.versions.changing import changed
from verspan.versions.checking import checked_alias
from verspan.versions.identity import checked_name
from verspan.versions.model import AliasMove, LoggedModel
from verspan.versions.registry import opened_store


def set_logged_model_alias(model_id: str | None, alias: str) -> LoggedModel:
    """Have an alias of a version's experiment stand for this version, whichever it stood for before.

    Args:
        model_id: the version's id, or its name; None for the active version.
        alias: a name without ``@``.

    Returns:
        The version as it is then.

    Raises:
        InvalidArgumentError: the alias is no name, or the version is known from spans alone.
        NotFoundError: there is no such version.
        StoreError: the store cannot be written.
    """
    checked = checked_alias(alias)
    return changed(model_id, lambda records, found: records.set_alias(found, checked))


def delete_logged_model_alias(model_id: str | None, alias: str) -> LoggedModel:
    """Take an alias away from a version.

    Args:
        model_id: the version's id, or its name; None for the active version.
        alias: the alias.

    Raises:
        NotFoundError: there is no such version, or the alias stands for another.
        StoreError: the store cannot be written.
    """
    checked = checked_alias(alias)
    return changed(model_id, lambda records, found: records.delete_alias(found, checked))


def get_logged_model_by_alias(alias: str, experiment_name: str | None = None) -> LoggedModel:
    """The version that an alias stands for.

    Args:
        alias: the alias.
        experiment_name: its experiment; else the current one.

    Raises:
        NotFoundError: the experiment has no such alias.
        StoreError: the store cannot be read.
    """
    experiment, checked = _experiment(experiment_name), checked_alias(alias)
    with opened_store() as store:
        found = store.models.at_alias(experiment, checked)
    if found is None:
        raise NotFoundError(
            f"the experiment {experiment!r} has no alias {checked!r}: verspan.set_logged_model_alias gives it one"
        )
    return found


def get_logged_model_alias_history(alias: str, experiment_name: str | None = None) -> Sequence[AliasMove]:
    """Where an alias has been, and who moved it, the latest move first.

    Args:
        alias: the alias.
        experiment_name: its experiment; else the current one.

    Raises:
        StoreError: the store cannot be read.
    """
    experiment, checked = _experiment(experiment_name), checked_alias(alias)
    with opened_store() as store:
        return store.models.alias_moves(experiment, checked)


def _experiment(name: str | None) -> str:
    return current_experiment() if name is None else checked_name(name, "experiment name")
