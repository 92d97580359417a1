"""The settings by which Pydantic AI instruments agents, embedders and image generators that have none of their own."""

from __future__ import annotations

import sys
from typing import Any

import wrapt
from opentelemetry.metrics import NoOpMeterProvider

from verspan.instrumentation.guard import report
from verspan.instrumentation.telemetry import Telemetry
from verspan_pydantic_ai._tracers import StepTracerProvider

_PACKAGE = "pydantic_ai"
_OWNERS = (
    ("pydantic_ai.agent", "Agent"),
    ("pydantic_ai.embeddings", "Embedder"),
    ("pydantic_ai.images", "ImageGenerator"),
)
_FORMAT = 6
"""Of the library's data: results of tools are messages of the role ``tool``."""


class Defaults:
    """Puts settings of ours where there are none, when the library is imported, and takes them back."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._wanted = False
        self._settings: Any = None

    def put(self) -> None:
        """Put them there now, or when the library is imported."""
        self._wanted = True
        _when_imported(_PACKAGE, self._put_all)

    def take_back(self) -> None:
        """Take away what is ours; an application's own settings, made before or after, stay."""
        self._wanted = False
        for module, name in _OWNERS:
            owner = getattr(sys.modules.get(module), name, None)
            if owner is not None and owner._instrument_default is self._settings:  # noqa: SLF001 - what instrument_all sets
                owner.instrument_all(instrument=False)

    def _put_all(self, _package: Any) -> None:
        if not self._wanted:
            return
        try:
            self._settings = _settings(StepTracerProvider(self._telemetry))
        except Exception as error:  # noqa: BLE001 - the application's agents run without spans
            report(error, "making settings for Pydantic AI")
            return
        for module, name in _OWNERS:
            _when_imported(module, lambda imported, name=name: self._put(getattr(imported, name, None)))

    def _put(self, owner: Any) -> None:
        if self._wanted and owner is not None and not owner._instrument_default:  # noqa: SLF001 - likewise
            owner.instrument_all(self._settings)


def _when_imported(module: str, action: Any) -> None:
    if module in sys.modules:
        action(sys.modules[module])
    else:
        wrapt.register_post_import_hook(action, module)


def _settings(tracer_provider: StepTracerProvider) -> Any:
    from pydantic_ai.models.instrumented import InstrumentationSettings  # here: the application has imported it

    # The content policy decides what becomes of content; and clients measure their calls themselves.
    options = {"tracer_provider": tracer_provider, "meter_provider": NoOpMeterProvider(), "include_content": True}
    try:
        return InstrumentationSettings(**options, version=_FORMAT)
    except ValueError:  # an older release
        return InstrumentationSettings(**options)
