"""The two versions that are compared: their records with what was captured of them, or the working tree as it is."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verspan.diffing.model import Part, PromptUse, Side, Untold
from verspan.diffing.prompts import prompt_use
from verspan.traces.model import Figures
from verspan.versions.capture.model import Capture, CodeState, Dependencies, EntryPoint
from verspan.versions.model import GitState, LoggedModel

if TYPE_CHECKING:
    from verspan.store.interface import Store

NOT_CAPTURED = "nothing was captured of it (VERSPAN_CAPTURE says what is), and what it was cannot be told any more"


@dataclass(frozen=True)
class Subject:
    """One of the two, with what is compared of it; a part that cannot be told, or that it does not have, is None."""

    side: Side
    code: CodeState | None = None
    params: Mapping[str, str] | None = None
    prompts: Sequence[PromptUse] | None = None
    dependencies: Dependencies | None = None
    environment: Mapping[str, str] | None = None
    entry_point: Mapping[str, str] | None = None
    untold: Sequence[Untold] = ()


def recorded_subject(store: Store, model: LoggedModel) -> Subject:
    """A version with what the store holds of it.

    Args:
        store: where it is recorded.
        model: its record.

    Raises:
        StoreError: the store cannot be read.
    """
    kept = store.captures.of(model.model_id)
    capture = store.captures.load(kept[-1].capture_id) if kept else None
    code = _code(capture, model.git)
    figures = store.figures([model.model_id]).get(model.model_id, Figures(model.model_id))
    untold = _untold(capture, code, model.git, len(kept))
    return Subject(
        Side(model.name, model, figures),
        code,
        model.params,
        [prompt_use(prompt) for prompt in store.prompts.used_by(model.model_id)],
        None if capture is None else capture.dependencies,
        None if capture is None else capture.environment,
        None if capture is None else _started(capture.entry_point),
        [Untold(part, f"{model.name}: {reason}") for part, reason in untold],
    )


def working_tree_subject(label: str, capture: Capture) -> Subject:
    """The working tree as it is now: its code and dependencies. It does not run, and has none of the rest.

    Args:
        label: what stands for it.
        capture: what was read of it.
    """
    untold = [] if capture.code else [Untold(Part.CODE, f"{label} is in no git repository")]
    return Subject(Side(label, None, None), capture.code, dependencies=capture.dependencies, untold=untold)


def _code(capture: Capture | None, git: GitState | None) -> CodeState | None:
    if capture is not None and capture.code is not None:
        return capture.code
    if git is None or git.commit is None:
        return None
    return CodeState(git.commit, git.branch, remote_url=git.remote_url, tree_read=git.dirty is False)


def _started(entry_point: EntryPoint) -> dict[str, str]:
    facts = {
        "program": entry_point.program,
        "arguments": shlex.join(entry_point.arguments),
        "working_directory": entry_point.working_directory or "",
    }
    return {name: value for name, value in facts.items() if value}


def _untold(
    capture: Capture | None, code: CodeState | None, git: GitState | None, states: int
) -> list[tuple[Part, str]]:
    told: list[tuple[Part, str]] = []
    if code is None:
        told.append((Part.CODE, "it was in no git repository" if capture else NOT_CAPTURED))
    elif not code.tree_read:
        told.append((Part.CODE, _unread(code, git)))
    if capture is None:
        told += [(part, NOT_CAPTURED) for part in (Part.DEPENDENCIES, Part.ENVIRONMENT, Part.ENTRY_POINT)]
    elif states > 1:
        told.append((Part.CODE, f"it was seen in {states} states, and the one that was first seen last is compared"))
    return told


def _unread(code: CodeState, git: GitState | None) -> str:
    commit = code.commit[:8] if code.commit else "the commit"
    if git is not None and git.dirty:
        return f"its files differed from {commit}, and how was not captured (VERSPAN_CAPTURE=full does it)"
    return f"whether its files differed from {commit} is not known"
