"""The id of a tool call, which the SDK's spans do not have and the context that it gives a tool does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verspan import semconv
from verspan.instrumentation.guard import report
from verspan.instrumentation.operations import current_run


def note_tool_call(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Set the id of the call on the span of the tool whose context is made; what wrapt calls in the maker's place."""
    del instance
    try:
        run = current_run()
        call_id = args[1] if len(args) > 1 else kwargs.get("tool_call_id")
        if run is not None and run.operation.operation_name == "execute_tool":
            run.set_attributes({semconv.GEN_AI_TOOL_CALL_ID: call_id})
    except Exception as error:  # noqa: BLE001 - the span lacks the id, the application goes on
        report(error, "noting a tool call")
    return wrapped(*args, **kwargs)
