"""Judges of the user's own instructions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from verspan.errors import InvalidArgumentError
from verspan.evaluation.model import Goal
from verspan.scorers.judges.judge import Judge
from verspan.scorers.judges.models import Call
from verspan.scorers.judges.values import ValueType, value_type_of
from verspan.scorers.model import Answer

_VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_KNOWN: Final = ("inputs", "outputs", "expectations")


@dataclass(frozen=True, kw_only=True)
class InstructedJudge(Judge):
    """A judge that :func:`make_judge` makes."""

    template: str
    """The instructions as the user writes them."""
    feedback_value_type: Any = bool

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = [name for name in self.variables if name not in _KNOWN]
        if unknown or not self.variables:
            problem = f"name {{{{ {unknown[0]} }}}}" if unknown else "name nothing that is to be judged"
            raise InvalidArgumentError(
                f"the instructions of judge {self.name!r} {problem}: they name one or more of "
                f"{', '.join(f'{{{{ {name} }}}}' for name in _KNOWN)}"
            )
        _ = self.value_type

    @property
    def variables(self) -> list[str]:
        """What the instructions name, each once, in their order."""
        return list(dict.fromkeys(_VARIABLE.findall(self.template)))

    @property
    def value_type(self) -> ValueType:
        """What it may find."""
        return value_type_of(self.feedback_value_type)

    @property
    def instructions(self) -> str:
        """The user's, with the names of texts in place of variables: the texts are not among the instructions."""
        return _VARIABLE.sub(lambda found: f'the text "{found[1]}"', self.template)

    def material(self, answer: Answer) -> Mapping[str, Any] | None:
        """What the instructions name; nothing where they name expectations and the row has none."""
        if "expectations" in self.variables and not answer.expectations:
            return None
        found = {
            "inputs": dict(answer.inputs),
            "outputs": answer.outputs,
            "expectations": dict(answer.expectations),
        }
        return {name: found[name] for name in self.variables}


def make_judge(  # noqa: PLR0913 - MLflow's signature, and whom to ask
    name: str,
    instructions: str,
    model: str | None = None,
    *,
    feedback_value_type: Any = bool,
    goal: Goal | str = Goal.HIGHER,
    call: Call | None = None,
    client: Any = None,
    inference_params: Mapping[str, Any] | None = None,
) -> Judge:
    """A judge of one's own.

    ::

        tone = make_judge(
            "tone",
            "Say how {{ outputs }} sounds to a customer who asked {{ inputs }}.",
            "openai:/gpt-4o-mini",
            feedback_value_type=Literal["friendly", "neutral", "rude"],
            goal="neither",
        )

    Args:
        name: under which its judgements are kept.
        instructions: what to judge and how; they name ``{{ inputs }}``, ``{{ outputs }}`` and ``{{ expectations }}`` as
            they need. These are given to the model beside the instructions, never within them.
        model: ``openai:/gpt-4o-mini``; what ``VERSPAN_JUDGE_MODEL`` says where it is None.
        feedback_value_type: what it finds: ``bool``, ``int``, ``float``, ``str``, or a ``Literal`` of values.
        goal: which way its values are better: ``higher``, ``lower`` or ``neither``.
        call: answers messages with JSON by a schema, instead of a client.
        client: a client of the provider's, instead of one made as its environment says.
        inference_params: arguments of the client's method, such as ``{"temperature": 0}``.

    Raises:
        InvalidArgumentError: an argument is not usable.
        MissingPackageError: the provider's client is not installed.
    """
    if goal not in {each.value for each in Goal}:
        raise InvalidArgumentError(f"there is no goal {goal!r}; there are {', '.join(each.value for each in Goal)}")
    return InstructedJudge(
        name=name,
        template=instructions,
        model=model,
        feedback_value_type=feedback_value_type,
        goal=Goal(goal),
        call=call,
        client=client,
        inference_params=inference_params or {},
    )
