"""The base of every instrumentor: ``instrument``, ``uninstrument`` and the range of client versions it is made for.

The method names are those that ``opentelemetry-instrument`` calls. State belongs to the class and not to the object,
since each caller makes an object of its own.
"""

from __future__ import annotations

import logging
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any, ClassVar

from packaging.requirements import Requirement

from verspan.instrumentation.adapter import CallAdapter, know_adapter
from verspan.instrumentation.patching import Patch, Wrapper
from verspan.instrumentation.telemetry import Telemetry
from verspan.instrumentation.wrapper import CallWrapper

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Method:
    """A method of the client that calls pass through: ``module``, ``Class``, ``method``."""

    module: str
    owner: str
    name: str
    optional: bool = False
    """Whether some supported version of the client has the module and not the method."""


@dataclass
class _Turn:
    """One thread at a time instruments or leaves a package as it was; a second wrapper would be a second span."""

    lock: threading.RLock = field(default_factory=threading.RLock)  # starting one instrumentor may start another

    def renew_lock(self) -> None:
        """In a forked child, whose parent's thread may have held it."""
        self.lock = threading.RLock()


_turn = _Turn()
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_turn.renew_lock)


@dataclass(frozen=True)
class _Active:
    telemetry: Telemetry
    stop: Callable[[], None]


class BaseInstrumentor(ABC):
    """Instruments one package in whatever way it can be; a client's is an :class:`Instrumentor`."""

    distribution: ClassVar[str]
    """The member's own distribution, whose ``instruments`` extra holds the range of client versions."""
    _active: ClassVar[_Active | None] = None

    @abstractmethod
    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Begin; returns what leaves the package as it was, for objects that were made meanwhile too.

        Args:
            telemetry: where spans, measurements and events go.
        """

    @property
    def is_instrumented(self) -> bool:
        """Whether the package is being instrumented."""
        return type(self)._active is not None  # noqa: SLF001 - its own class

    def instrumentation_dependencies(self) -> Sequence[str]:
        """The packages and versions that this instrumentor is made for, as requirements."""
        extra = {"extra": "instruments"}
        declared = (Requirement(text) for text in metadata.requires(self.distribution) or ())
        return [
            f"{found.name}{found.specifier}"
            for found in declared
            if found.marker is not None and found.marker.evaluate(extra) and not found.marker.evaluate({"extra": ""})
        ]

    def instrument(self, **options: Any) -> None:
        """Give everything the package does a span from now on, for objects made before and after; twice is once.

        Args:
            options: ``tracer_provider``, ``meter_provider`` and ``logger_provider``, each the process's own where it is
                not given. Others, such as ``skip_dep_check``, are OpenTelemetry's and change nothing.
        """
        with _turn.lock:
            if not self.is_instrumented:
                self._begin(options)

    def _begin(self, options: Mapping[str, Any]) -> None:
        self._warn_if_unsupported()
        providers = ("tracer_provider", "meter_provider", "logger_provider")
        telemetry = Telemetry.for_scope(
            self.distribution,
            metadata.version(self.distribution),
            **{name: options.get(name) for name in providers},
        )
        type(self)._active = _Active(telemetry, self.start(telemetry))  # noqa: SLF001 - its own class

    def uninstrument(self, **_options: Any) -> None:
        """Leave the package as it was, for objects made before too; what is under way is finished."""
        cls = type(self)
        with _turn.lock:
            active, cls._active = cls._active, None
            if active is not None:
                active.stop()

    def _warn_if_unsupported(self) -> None:
        for text in self.instrumentation_dependencies():
            required = Requirement(text)
            try:
                found = metadata.version(required.name)
            except metadata.PackageNotFoundError:
                continue
            if not required.specifier.contains(found, prereleases=True):
                _logger.warning(
                    "%s is made for %s and %s is installed: its calls are instrumented, and may lack something",
                    self.distribution,
                    text,
                    found,
                )


class Instrumentor(BaseInstrumentor):
    """Instruments one client. A member says which methods calls pass through and how to read them."""

    methods: ClassVar[Sequence[Method]]

    @abstractmethod
    def adapters(self) -> Sequence[CallAdapter]:
        """How to read the calls, the most particular first."""

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Put a wrapper around each of the methods."""
        adapters = self.adapters()
        for adapter in adapters:
            know_adapter(adapter)
        wrapper = CallWrapper(telemetry, adapters)
        return patched(self.methods, wrapper, wrapper.switch_off)


def patched(methods: Sequence[Method], wrapper: Wrapper, switch_off: Callable[[], None]) -> Callable[[], None]:
    """Put a wrapper around methods, now or when their modules are imported; returns what takes it away.

    Args:
        methods: what to wrap.
        wrapper: what wrapt calls in their place.
        switch_off: what else ends it, for a patch that another library has wrapped and that cannot be taken out.
    """
    patches = [Patch(method.module, method.owner, method.name, wrapper, optional=method.optional) for method in methods]
    for patch in patches:
        patch.apply()

    def stop() -> None:
        switch_off()
        for patch in patches:
            patch.remove()

    return stop
