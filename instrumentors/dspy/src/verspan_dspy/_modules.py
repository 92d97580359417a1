"""Modules: programs of the application's are workflows, and DSPy's own that use tools are agents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verspan.instrumentation.operations import Operation, OperationRun, current_run
from verspan.instrumentation.parts import spoken
from verspan.instrumentation.serialising import to_json
from verspan.instrumentation.steps import Invocation, OperationReader

_AGENTS = frozenset(("Avatar", "CodeAct", "ProgramOfThought", "ReAct", "ReActV2", "RLM"))
_UNNAMED = "StringSignature"
"""What DSPy calls the signature that it makes of a string."""


@dataclass(frozen=True)
class _ModuleOperation(Operation):
    instance: Any = None


class ModuleReader(OperationReader):
    """Reads calls of modules.

    Predictors and the like, of which a program consists, are none: inside a program their span would say what that of
    the model's call says. Called by itself, one is a workflow.
    """

    def operation(self, call: Invocation) -> Operation | None:
        """An agent, a workflow, or what is to have no span."""
        module, around = call.instance, current_run()
        within = around.operation if around is not None else None
        if isinstance(within, _ModuleOperation) and within.instance is module:
            return None  # it calls itself by another of its methods
        kind = next((base.__name__ for base in type(module).__mro__ if _is_own(base)), "")
        if kind in _AGENTS:
            return _ModuleOperation("invoke_agent", _signature(module) or type(module).__name__, instance=module)
        if not _is_own(type(module)):
            return _ModuleOperation("invoke_workflow", type(module).__name__, instance=module)
        if isinstance(within, _ModuleOperation):
            return None
        return _ModuleOperation("invoke_workflow", _signature(module), instance=module)

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """Say the fields that it is given."""
        run.say_input(spoken("user", _text(call.kwargs)))

    def read_output(self, run: OperationRun, output: Any) -> None:
        """Say the fields that it gives."""
        found = dict(output.items()) if hasattr(output, "items") else {"output": output}
        run.say_output(spoken("assistant", _text(found)))


def _is_own(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "dspy"


def _signature(module: Any) -> str | None:
    """The name that the application has given the signature of a module, or of the one predictor in it."""
    signature = getattr(module, "signature", None) or getattr(getattr(module, "predict", None), "signature", None)
    name = getattr(signature, "__name__", None)
    return name if isinstance(name, str) and name != _UNNAMED else None


def _text(found: Mapping[str, Any]) -> str:
    """The only field where it is a text, and all of them as JSON otherwise."""
    values = list(found.values())
    return values[0] if len(values) == 1 and isinstance(values[0], str) else to_json(dict(found)).decode()
