"""How prompts look: a list, one version whole, and the difference of two."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from verspan.cli.listing import Column
from verspan.cli.quantities import NOTHING, local_time
from verspan.cli.terminal import one_line, printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from verspan.prompts.comparing import FieldDiff, LineDiff, MessageDiff, PromptDiff
    from verspan.prompts.model import Prompt, PromptVariable, PromptVersion

_NS_PER_MS = 1_000_000
_REMOVED, _ADDED, _SAME = ("- ", "red"), ("+ ", "green"), ("  ", "")
_STRONG: Final = {"equal": "", "removed": "bold underline", "added": "bold underline"}
_AROUND = 2  # lines that are the same, shown before and after those that are not


def prompt_columns(prompts: Sequence[Prompt]) -> list[Column]:
    """The columns of a list of prompts."""
    return [
        Column("name", [prompt.name for prompt in prompts], least=20, keeps_end=True, style="bold"),
        Column("newest", [str(prompt.latest_version) for prompt in prompts], right=True),
        Column("aliases", [_pairs(prompt.aliases, " is ") for prompt in prompts], least=12),
        Column("tags", [_pairs(prompt.tags, "=") for prompt in prompts], rank=2, least=12),
        Column("changed", [local_time(prompt.last_updated_timestamp * _NS_PER_MS) for prompt in prompts], rank=1),
    ]


def version_columns(versions: Sequence[PromptVersion]) -> list[Column]:
    """The columns of a list of versions of a prompt."""
    return [
        Column("version", [str(version.version) for version in versions], right=True),
        Column("registered", [local_time(version.creation_timestamp * _NS_PER_MS) for version in versions]),
        Column("aliases", [", ".join(version.aliases) or NOTHING for version in versions], least=12),
        Column("message", [version.commit_message or NOTHING for version in versions], least=20),
    ]


def prompt_details(version: PromptVersion, users: Sequence[str]) -> Iterator[RenderableType]:
    """One version of a prompt, whole.

    Args:
        version: the version.
        users: ids of the versions of the application that have used it.
    """
    from rich.table import Table
    from rich.text import Text

    details = Table.grid(padding=(0, 2))
    for name, value in _details(version, users):
        details.add_row(Text(one_line(name), "dim"), Text(one_line(value), overflow="fold"))
    yield details
    for role, content in _messages(version):
        yield Text("")
        if role:
            yield Text(one_line(role), "bold cyan")
        yield Text(printable(content), overflow="fold")


def difference_view(difference: PromptDiff) -> Iterator[RenderableType]:
    """The difference of two versions, as people read it: what is the same is shown around what is not."""
    from rich.text import Text

    yield Text(f"{difference.before.uri} → {difference.after.uri}", "bold")
    if difference.same:
        yield Text("the same content")
        return
    for message in difference.messages:
        if message.kind != "equal":
            yield from _message(message)
    for field in difference.fields:
        yield from _field(field)


def _details(version: PromptVersion, users: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "prompt", version.name
    yield "version", str(version.version)
    yield "aliases", ", ".join(version.aliases) or NOTHING
    yield "registered", local_time(version.creation_timestamp * _NS_PER_MS)
    if version.commit_message is not None:
        yield "message", version.commit_message
    yield from ((f"tag {name}", value) for name, value in version.tags.items())
    declared = {variable.name for variable in version.content.variables}
    yield from ((f"variable {each.name}", _declaration(each)) for each in version.content.variables)
    yield from ((f"variable {name}", "any value") for name in sorted(version.variables - declared))
    yield from ((f"model {name}", _json(value)) for name, value in (version.model_config or {}).items())
    if version.response_format is not None:
        yield "answer", _json(version.response_format)
    yield "used by", ", ".join(users) or NOTHING


def _declaration(variable: PromptVariable) -> str:
    if variable.default is not None:
        return f"{variable.type}, else {_json(variable.default)}"
    return variable.type if variable.required else f"{variable.type}, or nothing"


def _messages(version: PromptVersion) -> Iterator[tuple[str, str]]:
    if isinstance(version.template, str):
        yield "", version.template
        return
    for message in version.template:
        content = message["content"]
        yield message["role"], content if isinstance(content, str) else _json(content)


def _message(message: MessageDiff) -> Iterator[Text]:
    from rich.text import Text

    if message.role is not None:
        sign, style = {"removed": _REMOVED, "added": _ADDED}.get(message.kind, _SAME)
        yield Text(one_line(f"{sign}{message.role}:"), style or "bold cyan")
    shown = _near_changes(message.lines)
    for number, line in enumerate(message.lines):
        if number in shown:
            yield from _line(line)
        elif number - 1 in shown or number == 0:
            yield Text("  …", "dim")


def _near_changes(lines: Sequence[LineDiff]) -> set[int]:
    changed = [number for number, line in enumerate(lines) if line.kind != "equal"]
    return {near for number in changed for near in range(number - _AROUND, number + _AROUND + 1)}


def _line(line: LineDiff) -> Iterator[Text]:
    from rich.text import Text

    if line.kind == "equal":
        yield Text(f"{_SAME[0]}{one_line(line.after or '')}", "dim", overflow="fold")
    elif line.kind == "changed":
        yield _words(line, "removed", *_REMOVED)
        yield _words(line, "added", *_ADDED)
    else:
        sign, style = _REMOVED if line.before is not None else _ADDED
        yield Text(sign + one_line(line.before or line.after or ""), style, overflow="fold")


def _words(line: LineDiff, side: str, sign: str, style: str) -> Text:
    """A changed line as it is on one side, with the words that only this side has standing out."""
    from rich.text import Text

    text = Text(sign, style, overflow="fold")
    for piece in line.pieces:
        if piece.kind in ("equal", side):
            text.append(one_line(piece.text), _STRONG[piece.kind])
    return text


def _field(field: FieldDiff) -> Iterator[Text]:
    from rich.text import Text

    yield Text(one_line(field.field), "bold cyan")
    for value, (sign, style) in ((field.before, _REMOVED), (field.after, _ADDED)):
        if value is not None:
            yield Text(sign + one_line(_json(value)), style, overflow="fold")


def _pairs(values: Mapping[str, Any], between: str) -> str:
    return ", ".join(f"{name}{between}{value}" for name, value in values.items()) or NOTHING


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
