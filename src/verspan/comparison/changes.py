"""The why of a comparison in a few words: which files, parameters, prompts and dependencies changed."""

from __future__ import annotations

from collections.abc import Sequence

from verspan.diffing.model import VersionDiff
from verspan.diffing.rendering.outline import (
    TITLES,
    code_summary,
    file_name,
    prompts_summary,
    rows_summary,
    tables,
    untold_lines,
)

_NAMED = 3
"""Names that a line has at the most."""


def change_lines(why: VersionDiff) -> list[tuple[str, str]]:
    """What changed, part by part: its title and a few words. The whole is what ``verspan diff`` shows."""
    found: list[tuple[str, str]] = []
    if why.code is not None and not why.code.same:
        found.append((TITLES["code"], _named(code_summary(why.code), [file_name(file) for file in why.code.files])))
    if why.prompts is not None and not why.prompts.same:
        changed = [change.after.name for change in why.prompts.changed]
        names = [*changed, *(use.name for use in (*why.prompts.added, *why.prompts.removed))]
        found.append((TITLES["prompts"], _named(prompts_summary(why.prompts), names)))
    for part, rows in tables(why).items():
        if rows:
            found.append((TITLES[part], _named(rows_summary(rows), [row.name for row in rows])))
    return [*(found or [("Nothing found", "what is recorded of both is the same")]), *_untold(why)]


def whole_diff(why: VersionDiff) -> str:
    """The command that shows everything that changed."""
    return f"verspan diff {why.before.label} {why.after.label}"


def _named(summary: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{summary}: {', '.join(names[:_NAMED])}{more}" if names else summary


def _untold(why: VersionDiff) -> list[tuple[str, str]]:
    """The parts of which something cannot be told; the reasons are many, and are the whole difference's affair."""
    parts = dict.fromkeys(part for parts, _ in untold_lines(why) for part in parts.split(", "))
    return [("Untold", ", ".join(part.lower() for part in parts))] if parts else []
