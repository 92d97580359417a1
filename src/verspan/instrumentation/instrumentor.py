"""The base of every instrumentor: ``instrument``, ``uninstrument`` and the range of client versions it is made for.

The method names are those that ``opentelemetry-instrument`` calls. State belongs to the class and not to the object,
since each caller makes an object of its own.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any, ClassVar

from packaging.requirements import Requirement

from verspan.instrumentation.adapter import CallAdapter, know_adapter
from verspan.instrumentation.patching import Patch
from verspan.instrumentation.telemetry import Telemetry
from verspan.instrumentation.wrapper import CallWrapper

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Method:
    """A method of the client that calls pass through: ``module``, ``Class``, ``method``."""

    module: str
    owner: str
    name: str


@dataclass(frozen=True)
class _Active:
    wrapper: CallWrapper
    patches: tuple[Patch, ...]


class Instrumentor(ABC):
    """Instruments one client package. A member says which methods calls pass through and how to read them."""

    distribution: ClassVar[str]
    """The member's own distribution, whose ``instruments`` extra holds the range of client versions."""
    methods: ClassVar[Sequence[Method]]
    _active: ClassVar[_Active | None] = None

    @abstractmethod
    def adapters(self) -> Sequence[CallAdapter]:
        """How to read the calls, the most particular first."""

    @property
    def is_instrumented(self) -> bool:
        """Whether calls of the client are being instrumented."""
        return type(self)._active is not None  # noqa: SLF001 - its own class

    def instrumentation_dependencies(self) -> Sequence[str]:
        """The client packages and versions that this instrumentor is made for, as requirements."""
        extra = {"extra": "instruments"}
        declared = (Requirement(text) for text in metadata.requires(self.distribution) or ())
        return [
            f"{found.name}{found.specifier}"
            for found in declared
            if found.marker is not None and found.marker.evaluate(extra) and not found.marker.evaluate({"extra": ""})
        ]

    def instrument(self, **options: Any) -> None:
        """Give every call of the client a span from now on, for clients built before and after; twice is once.

        Args:
            options: ``tracer_provider``, ``meter_provider`` and ``logger_provider``, each the process's own where it is
                not given. Others, such as ``skip_dep_check``, are OpenTelemetry's and change nothing.
        """
        cls = type(self)
        if cls._active is not None:
            return
        self._warn_if_unsupported()
        providers = ("tracer_provider", "meter_provider", "logger_provider")
        telemetry = Telemetry.for_scope(
            self.distribution,
            metadata.version(self.distribution),
            **{name: options.get(name) for name in providers},
        )
        adapters = self.adapters()
        for adapter in adapters:
            know_adapter(adapter)
        wrapper = CallWrapper(telemetry, adapters)
        patches = tuple(Patch(method.module, method.owner, method.name, wrapper) for method in self.methods)
        cls._active = _Active(wrapper, patches)
        for patch in patches:
            patch.apply()

    def uninstrument(self, **_options: Any) -> None:
        """Leave the client as it was, for clients built before too; what is under way is finished."""
        cls = type(self)
        active, cls._active = cls._active, None
        if active is None:
            return
        active.wrapper.active = False
        for patch in active.patches:
            patch.remove()

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
