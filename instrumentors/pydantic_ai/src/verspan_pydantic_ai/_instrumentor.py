"""The instrumentor that OpenTelemetry's command and Verspan find by its entry point."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from verspan.instrumentation.instrumentor import BaseInstrumentor
from verspan.instrumentation.telemetry import Telemetry
from verspan_pydantic_ai._defaults import Defaults


class PydanticAIInstrumentor(BaseInstrumentor):
    """Switches on the spans that ``pydantic_ai`` makes itself, for every agent without settings of its own."""

    distribution: ClassVar[str] = "verspan-pydantic-ai"

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Make ours the settings of all agents for which the application has chosen none."""
        defaults = Defaults(telemetry)
        defaults.put()
        return defaults.take_back
