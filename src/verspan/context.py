"""Which version is active: the one that spans started now belong to.

The first that answers: OpenTelemetry's context (so a ``with`` block follows asyncio tasks and whatever carries the
context), the process default (seen by every thread, started before or after), the environment (children, containers),
the caller whose request is being served, and last the version that the process was named after for want of any.

Only the OpenTelemetry API is needed here; the span processor reads this on every span, so reading is a few lookups.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final

from opentelemetry.context import Context, create_key, get_current, set_value

from verspan.errors import InvalidArgumentError
from verspan.semconv import (
    ENV_ACTIVE_MODEL,
    ENV_EXPERIMENT_NAME,
    LOGGED_MODEL_CALLER_ID,
    LOGGED_MODEL_ID,
    LOGGED_MODEL_NAME,
    SESSION_ID,
)
from verspan.versions.identity import DEFAULT_EXPERIMENT, checked_name, is_model_id, model_id_for

_HERE: Final = create_key("verspan.surroundings")
_MAX_DEFAULTS: Final = 1000  # defaults that may still be withdrawn; older ones have long been replaced for good
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ActiveVersion:
    """What is stamped on a span: the id, and the name where it is known."""

    model_id: str
    name: str | None = None

    @cached_property
    def attributes(self) -> Mapping[str, str]:
        """The same as attributes of a span, put together once."""
        named = {} if self.name is None else {LOGGED_MODEL_NAME: self.name}
        return {LOGGED_MODEL_ID: self.model_id, **named}


@dataclass(frozen=True)
class Caller:
    """What a request said of where it comes from, after it has been checked."""

    version: ActiveVersion | None = None
    session_id: str | None = None

    def attributes(self, version: ActiveVersion | None) -> Mapping[str, str]:
        """What is stamped on a span below the request.

        Args:
            version: what the span belongs to. Where it is the caller's as well, there is no other's to tell of.
        """
        stamp = {} if version is None else dict(version.attributes)
        if self.version is not None and (version is None or self.version.model_id != version.model_id):
            stamp[LOGGED_MODEL_CALLER_ID] = self.version.model_id
        if self.session_id is not None:
            stamp[SESSION_ID] = self.session_id
        return stamp


@dataclass(frozen=True)
class Surroundings:
    """What OpenTelemetry's context says where a span starts."""

    block: ActiveVersion | None = None
    """The version of the innermost block of code that has one."""
    caller: Caller | None = None
    """Who sent the request that is being served."""

    @property
    def version(self) -> ActiveVersion | None:
        """The version that a span started here belongs to; None where there is none."""
        if self.block is not None:
            return None if self.block is _NO_VERSION else self.block
        default = _state.default
        if default is not None:
            return None if default is _NO_VERSION else default
        automatic = _state.automatic
        own = _from_environment() if automatic is None else None
        return own or (self.caller.version if self.caller is not None else None) or automatic


@dataclass(frozen=True)
class Inheritance:
    """What a process hands down to one that it starts."""

    default: ActiveVersion | None
    experiment: str | None


_NOWHERE: Final = Surroundings()
_NO_VERSION: Final = ActiveVersion("")
"""The default of a process, or the version of a block, that wants none, not even the environment's."""


class _ProcessState:
    """The process default and the current experiment; whoever reads them needs no lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.defaults: deque[ActiveVersion] = deque(maxlen=_MAX_DEFAULTS)
        self.default: ActiveVersion | None = None
        self.automatic: ActiveVersion | None = None
        self.experiment: str | None = None

    def put(self, *defaults: ActiveVersion) -> None:
        """Put these in place of all defaults, the last of them in force."""
        self.defaults = deque(defaults, maxlen=_MAX_DEFAULTS)
        self.default = self.defaults[-1] if self.defaults else None

    def renew_lock(self) -> None:
        """Replace the lock, which another thread may have held when this process was forked."""
        self.lock = threading.Lock()


_state = _ProcessState()
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_state.renew_lock)


def surroundings(context: Context | None = None) -> Surroundings:
    """What a context says of the version and the caller.

    Args:
        context: an OpenTelemetry context; the current one where it is None.
    """
    found: Surroundings | None = (get_current() if context is None else context).get(_HERE)  # type: ignore[assignment]  # nobody else has this key
    return found or _NOWHERE


def active_version(context: Context | None = None) -> ActiveVersion | None:
    """The version that a span started in this context belongs to; None where there is none.

    Args:
        context: an OpenTelemetry context; the current one where it is None.
    """
    return surroundings(context).version


def with_surroundings(here: Surroundings, context: Context | None = None) -> Context:
    """A context that says this of the version and the caller.

    Args:
        here: what it says.
        context: the context to build on; the current one where it is None.
    """
    return set_value(_HERE, here, context)


def with_active_version(version: ActiveVersion, context: Context | None = None) -> Context:
    """A context in which the version is active; attach it to make it current.

    Args:
        version: the version.
        context: the context to build on; the current one where it is None.
    """
    return with_surroundings(replace(surroundings(context), block=version), context)


def without_version(context: Context | None = None) -> Context:
    """A context in which no version is active, nor any caller known, whatever the process and its environment say.

    Args:
        context: the context to build on; the current one where it is None.
    """
    return with_surroundings(Surroundings(block=_NO_VERSION), context)


def with_caller(caller: Caller, context: Context | None = None) -> Context:
    """A context in which the request of this caller is served.

    Args:
        caller: what the request said.
        context: the context to build on; the current one where it is None.
    """
    return with_surroundings(replace(surroundings(context), caller=caller), context)


def set_default_version(version: ActiveVersion) -> None:
    """Make a version the default of this process, until it is withdrawn or another one takes its place."""
    with _state.lock:
        _state.defaults.append(version)
        _state.default = version


def withdraw_default_version(version: ActiveVersion) -> None:
    """Undo :func:`set_default_version` for this very object: the default is again what it would be without it.

    Two threads that each set a default and withdraw it, in whatever order, leave the default as it was before both.
    """
    with _state.lock:
        _state.put(*(default for default in _state.defaults if default is not version))


def clear_default_version() -> None:
    """Have no default at all, whatever the environment says, until one is set."""
    with _state.lock:
        _state.put(_NO_VERSION)


def may_name_version() -> bool:
    """Whether nobody has said which version is the process's, nor that it is to have none."""
    return _state.default is None


def set_automatic_version(version: ActiveVersion) -> None:
    """Name the process after its own state, for spans of which nobody says what version they belong to.

    A version that somebody chose comes first, be it the caller's. The environment is not asked again: it named none.
    """
    _state.automatic = version


def inheritance() -> Inheritance:
    """What this process hands down."""
    return Inheritance(_state.default, _state.experiment)


def inherit(inheritance: Inheritance) -> None:
    """Take over what was handed down, where this process has not said otherwise itself."""
    default = inheritance.default
    if default is not None and may_name_version():
        set_default_version(_NO_VERSION if default == _NO_VERSION else default)  # the very one, which a pickle is not
    _state.experiment = _state.experiment or inheritance.experiment


def current_experiment() -> str:
    """The name of the experiment that versions belong to from now on."""
    return _state.experiment or _experiment_from_environment() or DEFAULT_EXPERIMENT


def set_current_experiment(name: str | None) -> None:
    """Set the experiment for this process; None goes back to the environment's, or the default."""
    _state.experiment = name


def _from_environment() -> ActiveVersion | None:
    # Read each time, not once: applications load their .env file after they have imported us.
    raw = os.environ.get(ENV_ACTIVE_MODEL)
    return _version_from(raw, current_experiment()) if raw else None


def _experiment_from_environment() -> str | None:
    raw = os.environ.get(ENV_EXPERIMENT_NAME)
    return _experiment_from(raw) if raw else None


@lru_cache(maxsize=64)
def _version_from(raw: str, experiment: str) -> ActiveVersion | None:
    if is_model_id(raw):
        return ActiveVersion(raw)
    name = _name_from(ENV_ACTIVE_MODEL, raw, "version name")
    return ActiveVersion(model_id_for(experiment, name), name) if name else None


@lru_cache(maxsize=64)
def _experiment_from(raw: str) -> str | None:
    return _name_from(ENV_EXPERIMENT_NAME, raw, "experiment name")


def _name_from(variable: str, raw: str, what: str) -> str | None:
    try:
        return checked_name(raw, what)
    except InvalidArgumentError as error:
        _logger.warning("%s is not used: %s. Set it to a %s that can be used, or unset it.", variable, error, what)
        return None
