"""Which version is active: the one that spans started now belong to.

The first that answers: OpenTelemetry's context (so a ``with`` block follows asyncio tasks and whatever carries the
context), the process default (seen by every thread, started before or after), the environment (children, containers).

Only the OpenTelemetry API is needed here; the span processor reads this on every span, so reading is a few lookups.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass

from opentelemetry.context import Context, create_key, get_value, set_value

from verspan.semconv import ENV_ACTIVE_MODEL
from verspan.versions.identity import DEFAULT_EXPERIMENT, experiment_from_environment, is_model_id, model_id_for

_ACTIVE = create_key("verspan.active_version")


@dataclass(frozen=True)
class ActiveVersion:
    """What is stamped on a span: the id, and the name where it is known."""

    model_id: str
    name: str | None = None


class _ProcessState:
    """The process default and the current experiment; replaced whole, so that readers need no lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.default: ActiveVersion | None = None
        self.experiment: str | None = None
        self.environment: tuple[str | None, str, ActiveVersion | None] = (None, "", None)


_state = _ProcessState()


def active_version(context: Context | None = None) -> ActiveVersion | None:
    """The version that a span started in this context belongs to; None where there is none.

    Args:
        context: an OpenTelemetry context; the current one where it is None.
    """
    found = get_value(_ACTIVE, context)
    if isinstance(found, ActiveVersion):
        return found
    return _state.default or _from_environment()


def with_active_version(version: ActiveVersion | None, context: Context | None = None) -> Context:
    """A context in which the version is active; attach it to make it current."""
    return set_value(_ACTIVE, version, context)


def set_default_version(version: ActiveVersion | None) -> ActiveVersion | None:
    """Make a version the default of this process; returns the one it replaces."""
    with _state.lock:
        previous, _state.default = _state.default, version
    return previous


def replace_default_version(expected: ActiveVersion, version: ActiveVersion | None) -> None:
    """Put another default in place of an expected one; where it has changed meanwhile, it stays."""
    with _state.lock:
        if _state.default is expected:
            _state.default = version


def current_experiment() -> str:
    """The name of the experiment that versions belong to from now on."""
    return _state.experiment or experiment_from_environment() or DEFAULT_EXPERIMENT


def set_current_experiment(name: str | None) -> None:
    """Set the experiment for this process; None goes back to the environment's, or the default."""
    _state.experiment = name


def _from_environment() -> ActiveVersion | None:
    raw = os.environ.get(ENV_ACTIVE_MODEL)
    if not raw:
        return None
    experiment = current_experiment()
    cached_raw, cached_experiment, cached = _state.environment
    if raw == cached_raw and experiment == cached_experiment:
        return cached
    version = ActiveVersion(raw) if is_model_id(raw) else ActiveVersion(model_id_for(experiment, raw), raw)
    _state.environment = (raw, experiment, version)
    return version
