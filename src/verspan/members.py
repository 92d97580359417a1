"""Installed instrumentors: found by entry point, so that anybody may add one from outside."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from importlib import metadata
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol

from packaging.requirements import Requirement

from verspan.errors import MissingPackageError
from verspan.instrumentation.guard import report

_logger = logging.getLogger(__name__)

ENTRY_POINT_GROUP = "opentelemetry_instrumentor"
NAME_PREFIX = "verspan_"
_DISABLED = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"
_ALL = "*"
_THREADING = "threading"
_DISTRIBUTION_PREFIX = "verspan-"
_EXPORTERS = {"local", "otlp"}
_MLFLOW_NAMES = {"gemini": "google_genai", "mistral": "mistralai"}


class Instruments(Protocol):
    """What an entry point of the group names, once called."""

    def instrument(self, **options: Any) -> None:
        """Begin."""
        ...

    def uninstrument(self, **options: Any) -> None:
        """End."""
        ...


def installed_members() -> list[EntryPoint]:
    """The instrumentors that are installed and are Verspan's, by name."""
    found = entry_points(group=ENTRY_POINT_GROUP)
    return sorted((entry for entry in found if entry.name.startswith(NAME_PREFIX)), key=lambda entry: entry.name)


def autolog(*, disable: bool = False) -> None:
    """Trace every client whose instrumentor is installed, each call under the active version.

    Sets up tracing first (:func:`verspan.configure`) where that has not been done, and carries the context, and with it
    the active version, into threads, timers and pool tasks by OpenTelemetry's own threading instrumentation. What
    ``OTEL_PYTHON_DISABLED_INSTRUMENTATIONS`` names is left out.

    Args:
        disable: leave the clients as they were instead.
    """
    _prepare(disable=disable)
    for entry_point in installed_members():
        if disable or not _is_disabled(entry_point.name):
            _switch(entry_point, disable=disable)


def autolog_client(client: str, *, disable: bool = False) -> None:
    """Trace one client, such as ``"openai"``.

    Args:
        client: the client's name, as in ``verspan.openai``.
        disable: leave the client as it was instead.

    Raises:
        MissingPackageError: the package that instruments it is not installed.
    """
    name = NAME_PREFIX + client
    found = list(entry_points(group=ENTRY_POINT_GROUP, name=name))
    if not found:
        raise MissingPackageError(
            f"verspan.{client}.autolog() needs the package that instruments {client}: pip install 'verspan[{client}]'"
        )
    _prepare(disable=disable)
    _switch(found[0], disable=disable)


@dataclass(frozen=True)
class Client:
    """One client or framework as an attribute of the package, such as ``verspan.anthropic``."""

    name: str

    def autolog(self, *, disable: bool = False) -> None:
        """Trace every call of the client from now on, for clients built before and after.

        Args:
            disable: leave the client as it was instead.

        Raises:
            MissingPackageError: the package that instruments it is not installed.
        """
        autolog_client(self.name, disable=disable)


def client_named(name: str) -> Client | None:
    """A client by its name or MLflow's: one that an installed package instruments, or that an extra would install."""
    name = _MLFLOW_NAMES.get(name, name)
    installed = entry_points(group=ENTRY_POINT_GROUP, name=NAME_PREFIX + name)
    return Client(name) if installed or name in _known_clients() else None


def _known_clients() -> set[str]:
    required = (Requirement(line).name for line in metadata.requires("verspan") or () if "extra ==" in line)
    named = (name.removeprefix(_DISTRIBUTION_PREFIX) for name in required if name.startswith(_DISTRIBUTION_PREFIX))
    return {name.replace("-", "_") for name in named} - _EXPORTERS


def _prepare(*, disable: bool) -> None:
    if disable:
        return
    try:
        from verspan.configuring import configure

        configure()
        if not _is_disabled(_THREADING):
            _carry_context_into_threads()
    except Exception as error:  # noqa: BLE001 - an application starts whatever state its telemetry is in
        report(error, "setting up tracing")


def _carry_context_into_threads() -> None:
    from opentelemetry.instrumentation.threading import ThreadingInstrumentor

    threading_instrumentor = ThreadingInstrumentor()
    if not threading_instrumentor.is_instrumented_by_opentelemetry:
        threading_instrumentor.instrument()


def _is_disabled(name: str) -> bool:
    disabled = [each.strip() for each in os.environ.get(_DISABLED, "").split(",")]
    return name in disabled or _ALL in disabled


def _switch(entry_point: EntryPoint, *, disable: bool) -> None:
    try:
        instrumentor: Instruments = entry_point.load()()
        if disable:
            instrumentor.uninstrument()
        else:
            instrumentor.instrument()
    except (ImportError, metadata.PackageNotFoundError) as error:
        _logger.warning("%s cannot be used, so its client's calls are not recorded: %s", entry_point.name, error)
    except Exception as error:  # noqa: BLE001 - one broken member must not keep the application from starting
        report(error, f"switching {entry_point.name}")
