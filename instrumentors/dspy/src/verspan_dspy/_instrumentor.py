"""The instrumentor that OpenTelemetry's command and Verspan find by its entry point."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from verspan.instrumentation.instrumentor import BaseInstrumentor, Method, patched
from verspan.instrumentation.steps import StepWrapper
from verspan.instrumentation.telemetry import Telemetry
from verspan_dspy._models import ModelReader, note_cached, note_history
from verspan_dspy._modules import ModuleReader
from verspan_dspy._retrievers import RetrieverReader
from verspan_dspy._tools import ToolReader

_MODULES = tuple(Method("dspy.primitives.module", "Module", name) for name in ("__call__", "acall"))
_TOOLS = tuple(Method("dspy.adapters.types.tool", "Tool", name) for name in ("__call__", "acall"))
_RETRIEVERS = (
    Method("dspy.retrievers.retrieve", "Retrieve", "__call__"),
    Method("dspy.retrievers.embeddings", "Embeddings", "__call__"),
    Method("dspy.dsp.colbertv2", "ColBERTv2", "__call__"),
)
_MODELS = tuple(Method("dspy.clients.base_lm", "BaseLM", name) for name in ("__call__", "acall"))
_HISTORY = (Method("dspy.clients.base_lm", "BaseLM", "update_history"),)
_CACHE = (Method("dspy.clients.call_result", "CallResult", "load"),)  # a module that earlier releases do not have


class DSPyInstrumentor(BaseInstrumentor):
    """Instruments ``dspy``."""

    distribution: ClassVar[str] = "verspan-dspy"

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Put a wrapper around everything that DSPy calls its callbacks for and that the conventions know."""
        readers = (
            (_MODULES, ModuleReader()),
            (_TOOLS, ToolReader()),
            (_RETRIEVERS, RetrieverReader()),
            (_MODELS, ModelReader()),
        )
        wrappers = [(methods, StepWrapper(telemetry, reader)) for methods, reader in readers]
        stops = [patched(methods, wrapper, wrapper.switch_off) for methods, wrapper in wrappers]
        # These only take note for a call of a model that is under way, and there is none once those are off.
        stops += [patched(_HISTORY, note_history, lambda: None), patched(_CACHE, note_cached, lambda: None)]

        def stop() -> None:
            for each in stops:
                each()

        return stop
