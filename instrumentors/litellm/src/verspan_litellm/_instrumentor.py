"""The instrumentor of ``litellm``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verspan.instrumentation.adapter import know_adapter
from verspan.instrumentation.covering import CoveringWrapper
from verspan.instrumentation.instrumentor import BaseInstrumentor, Method, patched
from verspan.instrumentation.telemetry import Telemetry
from verspan_litellm._chat import ChatAdapter, CompletionsAdapter, ResponsesAdapter
from verspan_litellm._functions import FunctionAdapter
from verspan_litellm._others import AudioAdapter, EmbeddingsAdapter, ImagesAdapter, ModerationAdapter, RerankAdapter

ADAPTERS: Sequence[type[FunctionAdapter]] = (
    ChatAdapter,
    CompletionsAdapter,
    ResponsesAdapter,
    EmbeddingsAdapter,
    ImagesAdapter,
    AudioAdapter,
    RerankAdapter,
    ModerationAdapter,
)


class LiteLLMInstrumentor(BaseInstrumentor):
    """One span for every call of a function of LiteLLM's, synchronous or asynchronous, a router's calls among them.

    Each function is an entrance of its own, and what they all pass below does not see the call from its beginning to
    its end. So the functions are wrapped where applications and routers find them, in the package itself; whatever
    LiteLLM calls to do its work, other functions of its own or the client of OpenAI, gets no second span.
    """

    distribution = "verspan-litellm"

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Put a wrapper around each of the functions."""
        stops = [_wrapped(adapter(name), telemetry) for adapter in ADAPTERS for name in adapter.functions]

        def stop() -> None:
            for each in stops:
                each()

        return stop


def _wrapped(adapter: FunctionAdapter, telemetry: Telemetry) -> Callable[[], None]:
    know_adapter(adapter)
    wrapper = CoveringWrapper(telemetry, [adapter])
    functions = [Method("litellm", "", name, optional=True) for name in (adapter.function, f"a{adapter.function}")]
    return patched(functions, wrapper, wrapper.switch_off)
