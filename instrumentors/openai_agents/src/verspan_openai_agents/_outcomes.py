"""What the SDK's spans say of a step once it is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verspan import semconv
from verspan.instrumentation.calls import parse_arguments
from verspan.instrumentation.operations import OperationRun
from verspan.instrumentation.parts import spoken


def tell_outcome(told: Any, run: OperationRun) -> None:
    """Tell a step's run what its trace or span of the SDK's says.

    Args:
        told: the SDK's trace or span that ends.
        run: the step.
    """
    data = getattr(told, "span_data", None)
    if data is None:
        return
    read = _READERS.get(data.type)
    if read is not None:
        read(data, run)
    if told.error:
        run.tell_failure(f"{data.type}_error", _message(told.error))


def _message(error: Mapping[str, Any]) -> str:
    said = [str(error.get("message", ""))]
    detail = (error.get("data") or {}).get("error")
    return ": ".join([*said, str(detail)] if detail else said)


def _tool(data: Any, run: OperationRun) -> None:
    if data.input:
        run.say_arguments(parse_arguments(data.input) if isinstance(data.input, str) else data.input)
    if data.output is not None:
        run.say_result(data.output)


def _handoff(data: Any, run: OperationRun) -> None:
    if data.to_agent:
        run.span.update_name(f"{run.operation.operation_name} {data.to_agent}")


def _guardrail(data: Any, run: OperationRun) -> None:
    run.set_attributes({semconv.VERSPAN_GUARDRAIL_TRIGGERED: data.triggered})


def _list_of_tools(data: Any, run: OperationRun) -> None:
    run.say_tools([{"type": "function", "name": name} for name in data.result or ()])


def _custom(data: Any, run: OperationRun) -> None:
    if data.data:
        run.say(semconv.VERSPAN_INPUTS, data.data)


def _speech(data: Any, run: OperationRun) -> None:
    run.say_input(spoken("user", data.input or ""))


def _transcription(data: Any, run: OperationRun) -> None:
    run.say_output(spoken("assistant", data.output or ""))


_READERS: Mapping[str, Callable[[Any, OperationRun], None]] = {
    "function": _tool,
    "handoff": _handoff,
    "guardrail": _guardrail,
    "mcp_tools": _list_of_tools,
    "custom": _custom,
    "speech": _speech,
    "transcription": _transcription,
}
