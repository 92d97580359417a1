"""The conversation that a run belongs to, as the application names it: its session, or one that OpenAI keeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from opentelemetry.context import Context, create_key, get_value, set_value

from verspan.instrumentation.guard import report
from verspan.instrumentation.stepping import AwaitIn, run_in

_CONVERSATION = create_key("verspan.openai_agents.conversation")


def current_conversation() -> str | None:
    """The id of the conversation that the current run belongs to; None where the application names none."""
    found = get_value(_CONVERSATION)
    return found if isinstance(found, str) else None


class ConversationWrapper:
    """What wrapt calls in place of the methods that run an agent."""

    def __init__(self) -> None:
        self._active = True

    def switch_off(self) -> None:
        """Let runs pass untouched from now on."""
        self._active = False

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Run the agent where its conversation is known."""
        del instance
        context = _context_of(kwargs) if self._active else None
        if context is None:
            return wrapped(*args, **kwargs)
        if iscoroutinefunction(wrapped):
            return _awaited(context, wrapped(*args, **kwargs))
        return run_in(context, wrapped, *args, **kwargs)


async def _awaited(context: Context, running: Awaitable[Any]) -> Any:
    return await AwaitIn(context, running)


def _context_of(kwargs: dict[str, Any]) -> Context | None:
    try:
        conversation = kwargs.get("conversation_id") or getattr(kwargs.get("session"), "session_id", None)
        return set_value(_CONVERSATION, conversation) if isinstance(conversation, str) else None
    except Exception as error:  # noqa: BLE001 - a session of the application's may fail to tell
        report(error, "looking for a conversation")
        return None
