"""Whether an agent called the tools that it should have called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verspan.assessments.model import Feedback
from verspan.errors import InvalidArgumentError
from verspan.scorers.built_in import OfTrace
from verspan.scorers.json_values import same_value
from verspan.scorers.model import Answer
from verspan.scorers.steps import ToolCall, tool_calls

_Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class ToolCalls(OfTrace):
    """How far the calls of tools are the expected ones: 0 to 1, higher is better.

    The score is F1 (van Rijsbergen, "Information Retrieval", 1979): twice the calls that match over the expected calls
    and the calls made, so that 1 means just these calls. In order, those match that are in the longest common
    subsequence of the two; otherwise each expected call matches at most one that was made. None expected and none made
    is 1. The rationale names what is missing and what is too many.

    The expectation is a list of names, or of mappings with ``name`` and, where they matter, ``arguments``, which are
    compared whole. The calls are read from the trace: tools that ran, or, where it has none, what models asked for.
    """

    name: str = "tool_calls"
    expectation: str = "tool_calls"
    """The expectation's name; rows without it are not judged."""
    arguments: bool = True
    """Whether a call with other arguments than the expected is another call."""
    in_order: bool = True

    def judge(self, answer: Answer) -> Feedback | None:
        """How many are the same."""
        stated = answer.expectations.get(self.expectation)
        if stated is None:
            return None
        expected, made = [_expected(one) for one in _listed(stated)], tool_calls(self.trace_of(answer))
        pairs = (_in_order if self.in_order else _in_any_order)(self._matches(expected, made))
        total = len(expected) + len(made)
        return Feedback(value=2 * len(pairs) / total if total else 1.0, rationale=_told(expected, made, pairs))

    def _matches(self, expected: Sequence[ToolCall], made: Sequence[ToolCall]) -> list[list[bool]]:
        return [[self._same(one, call) for call in made] for one in expected]

    def _same(self, expected: ToolCall, made: ToolCall) -> bool:
        if expected.name != made.name:
            return False
        return not self.arguments or expected.arguments is None or same_value(expected.arguments, made.arguments)


def _in_order(matches: Sequence[Sequence[bool]]) -> list[_Pair]:
    """The pairs of a longest common subsequence (Wagner and Fischer 1974)."""
    most = [[0] * (len(row) + 1) for row in [*matches, matches[-1] if matches else []]]
    for one in reversed(range(len(matches))):
        for call in reversed(range(len(matches[one]))):
            skipped = max(most[one + 1][call], most[one][call + 1])
            most[one][call] = max(skipped, most[one + 1][call + 1] + 1) if matches[one][call] else skipped
    return list(_walked(matches, most))


def _walked(matches: Sequence[Sequence[bool]], most: Sequence[Sequence[int]]) -> list[_Pair]:
    pairs: list[_Pair] = []
    one = call = 0
    while one < len(matches) and call < len(matches[one]):
        if matches[one][call] and most[one][call] == most[one + 1][call + 1] + 1:
            pairs.append((one, call))
            one, call = one + 1, call + 1
        elif most[one + 1][call] >= most[one][call + 1]:
            one += 1
        else:
            call += 1
    return pairs


def _in_any_order(matches: Sequence[Sequence[bool]]) -> list[_Pair]:
    """A largest matching of a bipartite graph, by augmenting paths (Kuhn 1955)."""
    taken: dict[int, int] = {}

    def place(one: int, tried: set[int]) -> bool:
        for call in (call for call, same in enumerate(matches[one]) if same and call not in tried):
            tried.add(call)
            if call not in taken or place(taken[call], tried):
                taken[call] = one
                return True
        return False

    for one in range(len(matches)):
        place(one, set())
    return [(one, call) for call, one in taken.items()]


def _told(expected: Sequence[ToolCall], made: Sequence[ToolCall], pairs: Sequence[_Pair]) -> str | None:
    met, used = {one for one, _ in pairs}, {call for _, call in pairs}
    missing = [call.name for index, call in enumerate(expected) if index not in met]
    extra = [call.name for index, call in enumerate(made) if index not in used]
    said = [f"{word}: {', '.join(names)}" for word, names in (("missing", missing), ("not expected", extra)) if names]
    return "; ".join(said) or None


def _listed(stated: Any) -> Sequence[Any]:
    if isinstance(stated, (list, tuple)):
        return stated
    raise InvalidArgumentError(f"expected tool calls are a list, not a value of type {type(stated).__name__}")


def _expected(one: Any) -> ToolCall:
    if isinstance(one, str):
        return ToolCall(one)
    if isinstance(one, Mapping) and isinstance(one.get("name"), str):
        return ToolCall(one["name"], one.get("arguments"))
    raise InvalidArgumentError(f"an expected tool call is a name, or a mapping with a name, not {one!r}")
