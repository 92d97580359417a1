"""Which version is meant: by a name, by an id, or by neither.

What can be used as neither is answered by one warning and the automatic version, so that spans are never without one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from verspan.context import ActiveVersion, current_experiment
from verspan.errors import InvalidArgumentError
from verspan.versions.application import application_folder, automatic_state
from verspan.versions.identity import MAX_NAME_LENGTH, checked_model_id, checked_name, model_id_for
from verspan.versions.model import LoggedModel
from verspan.versions.registry import looked_up, recorded

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """A version to make active: its record, and what is stamped on spans."""

    model: LoggedModel
    version: ActiveVersion


def choose(name: str | None, model_id: str | None) -> Choice:
    """The version of a name or an id, or of the application's directory and commit where neither is given.

    Its record is written, or looked up, in the background.
    """
    try:
        return _wanted(name, model_id)
    except InvalidArgumentError as error:
        instead = _automatic()
        _logger.warning(
            "%s: the version %s is active instead, after the application's directory and commit. "
            "Give a name of 1 to %d printable characters, or an id that `verspan models` lists.",
            error,
            instead.model.name,
            MAX_NAME_LENGTH,
        )
        return instead


def _wanted(name: str | None, model_id: str | None) -> Choice:
    if model_id is not None:
        return _identified(checked_model_id(model_id), name)
    return _automatic() if name is None else _named(checked_name(name, "version name"))


def _named(name: str) -> Choice:
    model = recorded(current_experiment(), name)
    return Choice(model, ActiveVersion(model.model_id, name))


def _automatic() -> Choice:
    state = automatic_state(application_folder())
    model = recorded(current_experiment(), state.name, state.git)
    return Choice(model, ActiveVersion(model.model_id, model.name))


def _identified(model_id: str, name: str | None) -> Choice:
    if name is not None:
        return _agreed(model_id, checked_name(name, "version name"))
    model = looked_up(model_id)
    return Choice(model, ActiveVersion(model_id, None if model.name == model_id else model.name))


def _agreed(model_id: str, name: str) -> Choice:
    experiment = current_experiment()
    computed = model_id_for(experiment, name)
    if computed != model_id:
        raise InvalidArgumentError(
            f"the version {name!r} of the experiment {experiment!r} has the id {computed}, and not {model_id}"
        )
    return _named(name)
