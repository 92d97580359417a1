"""The instrumentor that OpenTelemetry's command and Verspan find by its entry point."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from verspan.instrumentation.instrumentor import BaseInstrumentor, Method, patched
from verspan.instrumentation.telemetry import Telemetry
from verspan_openai_agents._conversations import ConversationWrapper
from verspan_openai_agents._scope import ScopeWrapper
from verspan_openai_agents._steps import Steps
from verspan_openai_agents._tool_calls import note_tool_call
from verspan_openai_agents._tracing import TracingWrapper

# The one processor that all others are behind: `set_trace_processors` replaces those, and never this.
_TOLD = tuple(
    Method("agents.tracing.provider", "SynchronousMultiTracingProcessor", name)
    for name in ("on_trace_start", "on_span_start", "on_span_end", "on_trace_end")
)
_CURRENT = tuple(
    Method("agents.tracing.scope", "Scope", name)
    for name in ("set_current_trace", "set_current_span", "reset_current_span", "reset_current_trace")
)
_RUNS = tuple(Method("agents.run", "AgentRunner", name) for name in ("run", "run_streamed"))
_TOOL_CALLS = (Method("agents.tool_context", "ToolContext", "from_agent_context"),)


class OpenAIAgentsInstrumentor(BaseInstrumentor):
    """Instruments ``agents``, the OpenAI Agents SDK."""

    distribution: ClassVar[str] = "verspan-openai-agents"

    def start(self, telemetry: Telemetry) -> Callable[[], None]:
        """Follow what the SDK tells its tracing processors and what it takes for current; its own tracing stays."""
        steps, conversations = Steps(telemetry), ConversationWrapper()
        stops = [
            patched(_TOLD, TracingWrapper(steps), steps.switch_off),
            patched(_CURRENT, ScopeWrapper(steps), steps.switch_off),
            patched(_RUNS, conversations, conversations.switch_off),
            patched(_TOOL_CALLS, note_tool_call, steps.switch_off),
        ]

        def stop() -> None:
            for each in stops:
                each()

        return stop
