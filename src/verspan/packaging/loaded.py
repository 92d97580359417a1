"""A package that has been loaded: something to call."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from verspan.context import ActiveVersion
from verspan.packaging.model import Package
from verspan.versions.decorating import decorated
from verspan.versions.scope import VersionScope

_CONFIG: Final = "config"
"""The parameter of an entry point that is given the package's configuration."""


class LoadedModel:
    """A package's entry point; each call of it belongs to the package's version, and so do its spans.

    Calling it gives what the entry point gives: an awaitable where that is a coroutine function, an iterator where it
    is a generator.
    """

    def __init__(self, package: Package, entry_point: Callable[..., Any], config: Mapping[str, Any]) -> None:
        self.package = package
        self.config = config
        manifest = package.manifest
        self.version: Final = ActiveVersion(manifest.model_id, manifest.model_name)
        self.function: Final = decorated(_callable(entry_point, config), _Block(self.version))

    @property
    def model_id(self) -> str:
        """The version's id."""
        return self.version.model_id

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the entry point under the version."""
        return self.function(*args, **kwargs)

    predict = __call__
    """MLflow's name for it."""

    def __repr__(self) -> str:
        manifest = self.package.manifest
        return f"<{manifest.entry_point} of {manifest.model_name} ({manifest.model_id})>"


class _Block:
    """The version around each call."""

    def __init__(self, version: ActiveVersion) -> None:
        self._version = version
        self._scope = VersionScope()

    def version(self) -> ActiveVersion:
        """The version that a call belongs to."""
        return self._version

    def __enter__(self) -> None:
        self._scope.enter(self._version)

    def __exit__(self, *exception: object) -> None:
        self._scope.leave()


def _callable(entry_point: Callable[..., Any], config: Mapping[str, Any]) -> Callable[..., Any]:
    """The function to call: of a class, that of an instance; with the configuration where it has a parameter for it."""
    if inspect.isclass(entry_point):
        instance = _configured(entry_point, config)()
        entry_point = getattr(instance, "predict", instance)
    if not inspect.isroutine(entry_point):
        entry_point = entry_point.__call__  # type: ignore[operator] # whose kind can be told, unlike the object's
    return _configured(entry_point, config)


def _configured(function: Callable[..., Any], config: Mapping[str, Any]) -> Callable[..., Any]:
    try:
        wanted = _CONFIG in inspect.signature(function).parameters
    except (TypeError, ValueError):  # a function of an extension module, which tells nothing of itself
        return function
    return functools.partial(function, config=config) if wanted else function
