"""The active version, for applications: which one spans belong to, process-wide or for a block of code.

Nothing here raises into the application: what cannot be used is logged once, with what is used instead.
"""

from __future__ import annotations

import logging
import reprlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast, final, overload

from verspan.context import (
    ActiveVersion,
    active_version,
    clear_default_version,
    current_experiment,
    set_current_experiment,
    set_default_version,
    withdraw_default_version,
)
from verspan.errors import InvalidArgumentError
from verspan.versions.choice import Choice, choose
from verspan.versions.decorating import decorated
from verspan.versions.identity import checked_name, experiment_id_for
from verspan.versions.model import Experiment, LoggedModel
from verspan.versions.scope import VersionScope

_Function = TypeVar("_Function", bound=Callable[..., Any])
_logger = logging.getLogger(__name__)


def set_experiment(experiment_name: str | None = None, experiment_id: str | None = None) -> Experiment:
    """Say which application the versions that are named from now on belong to, in the whole process.

    Call it before :func:`set_active_model`; a version that is active keeps its experiment.

    Args:
        experiment_name: 1 to 250 printable characters. What cannot be used is logged, and the experiment stays.
        experiment_id: here for MLflow's signature. An id is computed from the name and the name cannot be had from it,
            so that it serves only to check the name.

    Returns:
        The experiment in force.
    """
    try:
        set_current_experiment(_checked_experiment(experiment_name, experiment_id))
    except InvalidArgumentError as error:
        _logger.warning(
            "%s: the experiment stays %r. Give a name, as in verspan.set_experiment('my-genai-app').",
            error,
            current_experiment(),
        )
    name = current_experiment()
    return Experiment(experiment_id_for(name), name)


@final
@dataclass(frozen=True, kw_only=True)
class ActiveModel(LoggedModel):
    """A version that has been made active; in a ``with`` statement it is so for the block alone."""

    _version: ActiveVersion = field(repr=False, compare=False)
    _scope: VersionScope = field(default_factory=VersionScope, repr=False, compare=False)

    def __enter__(self) -> ActiveModel:
        withdraw_default_version(self._version)
        self._scope.enter(self._version)
        return self

    def __exit__(self, *exception: object) -> None:
        self._scope.leave()


def set_active_model(*, name: str | None = None, model_id: str | None = None) -> ActiveModel:
    """Make a version the active one: spans that start from now on belong to it, in every thread of the process.

    In a ``with`` statement it is active for the block alone, and follows asyncio tasks and whatever else carries
    OpenTelemetry's context; the process keeps the version it had. Where other threads work meanwhile use
    :func:`active_model` for blocks, which never touches the process's version.

    Neither git nor the store is waited for, unless the version has no name: then git is asked to describe the commit.

    Args:
        name: the version's name, 1 to 250 printable characters.
        model_id: the id of a version, instead of its name.

    Returns:
        The version. With neither name nor id it is ``<directory>-<git describe --tags --always --dirty>``; what cannot
        be used as either is logged, and is answered by the same.
    """
    choice = choose(name, model_id)
    active = ActiveModel(**vars(choice.model), _version=choice.version)
    set_default_version(choice.version)
    return active


class VersionBlock:
    """A version that is active in a ``with`` block or in each call of a function; made by :func:`active_model`."""

    def __init__(self, name: str | None, model_id: str | None) -> None:
        self._name = name
        self._model_id = model_id
        self._scope = VersionScope()
        self._chosen: tuple[str, Choice] | None = None

    def __enter__(self) -> LoggedModel:
        choice = self._choice()
        self._scope.enter(choice.version)
        return choice.model

    def __exit__(self, *exception: object) -> None:
        self._scope.leave()

    def __call__(self, function: _Function) -> _Function:
        """Decorate a function."""
        return cast("_Function", decorated(function, self))

    def version(self) -> ActiveVersion:
        """The version that is active in a block entered now."""
        return self._choice().version

    def _choice(self) -> Choice:
        # Made when the block is entered: a decorator runs before the application has set its experiment.
        experiment = current_experiment()
        if self._chosen is None or self._chosen[0] != experiment:
            self._chosen = (experiment, choose(self._name, self._model_id))
        return self._chosen[1]


@overload
def active_model(name: _Function) -> _Function: ...


@overload
def active_model(name: str | None = None, model_id: str | None = None) -> VersionBlock: ...


def active_model(name: str | _Function | None = None, model_id: str | None = None) -> VersionBlock | _Function:
    """Make a version active for a block of code, or for each call of a function.

    ::

        with verspan.active_model("concise") as model: ...

        @verspan.active_model("concise")
        async def answer(question): ...

    The version follows asyncio tasks and whatever else carries OpenTelemetry's context. In a decorated generator it is
    active in the generator's own code and never in its consumer's.

    Args:
        name: the version's name; the application's directory and commit where neither name nor id is given.
        model_id: the id of a version, instead of its name.

    Returns:
        A context manager that gives the version, and a decorator of functions, coroutine functions, generators and
        async generators.
    """
    if callable(name):  # @active_model, without parentheses
        return VersionBlock(None, None)(name)
    return VersionBlock(name, model_id)


def get_active_model_id() -> str | None:
    """The id of the version that a span started here and now would belong to, or None."""
    version = active_version()
    return None if version is None else version.model_id


def clear_active_model() -> None:
    """Have no active version in the process from now on, whatever the environment says; blocks keep theirs."""
    clear_default_version()


def _checked_experiment(name: str | None, experiment_id: str | None) -> str:
    if name is None and experiment_id is not None:
        name = current_experiment()
    checked = checked_name(name, "experiment name")
    if experiment_id not in (None, experiment_id_for(checked)):
        raise InvalidArgumentError(f"the experiment {checked!r} has another id than {reprlib.repr(experiment_id)}")
    return checked
