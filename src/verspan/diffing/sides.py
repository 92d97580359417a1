"""The two versions that are compared: their records with what was captured of them, or the working tree as it is."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from verspan.diffing.calls import call_facts
from verspan.diffing.log import short_commit
from verspan.diffing.model import Part, PromptUse, Side, Untold
from verspan.diffing.prompts import prompt_use
from verspan.traces.model import Figures
from verspan.versions.capture.dependencies import read_dependencies
from verspan.versions.capture.model import Capture, CodeState, Dependencies, EntryPoint
from verspan.versions.capture.settings import capture_settings
from verspan.versions.capture.taking import captured_code
from verspan.versions.git import root_of
from verspan.versions.model import GitState, LoggedModel

if TYPE_CHECKING:
    from verspan.store.interface import Store

_UNTOLD_SURROUNDINGS: Final = [
    (part, "was not captured (VERSPAN_CAPTURE=full does it)")
    for part in (Part.DEPENDENCIES, Part.ENVIRONMENT, Part.ENTRY_POINT)
]
WORKING_TREE_PARTS: Final = frozenset((Part.CODE, Part.DEPENDENCIES))
"""What the working tree has."""


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
    calls: Mapping[str, str] | None = None
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
    surroundings = capture if capture and capture.dependencies.python_version else None
    code = _code(capture, model.git)
    figures = store.figures([model.model_id]).get(model.model_id, Figures(model.model_id))
    untold = [*_untold_code(code, model.git, len(kept)), *([] if surroundings else _UNTOLD_SURROUNDINGS)]
    return Subject(
        Side(model.name, model, figures),
        code,
        model.params,
        [prompt_use(prompt) for prompt in store.prompts.used_by(model.model_id)],
        None if surroundings is None else surroundings.dependencies,
        None if surroundings is None else surroundings.environment,
        None if surroundings is None else _started(surroundings.entry_point),
        call_facts(store.captures.seen_calls(model.model_id)),
        [Untold(part, f"{model.name}: {reason}") for part, reason in untold],
    )


def working_tree_subject(folder: Path, store_url: str | None = None) -> Subject:
    """The working tree as it is now: its code, and the packages of this interpreter. It does not run, and has no more.

    Args:
        folder: a folder in it.
        store_url: the store, whose files are no part of it.
    """
    code = captured_code(folder, capture_settings(), store_url)
    others = [part for part in Part if part not in WORKING_TREE_PARTS]
    untold = [Untold(part, "the working tree has none, since it has not run") for part in others]
    untold += [] if code else [Untold(Part.CODE, f"{folder} is in no git repository")]
    return Subject(
        Side("working tree", None, None), code, dependencies=read_dependencies(folder, root_of(folder)), untold=untold
    )


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


def _untold_code(code: CodeState | None, git: GitState | None, states: int) -> list[tuple[Part, str]]:
    reasons = []
    if code is None:
        reasons.append("no commit is recorded of it: it was in no git repository, or nothing was captured")
    elif not code.tree_read:
        reasons.append(_unread(code, git))
    if states > 1:
        reasons.append(f"it was seen in {states} states, of which the newest is compared")
    return [(Part.CODE, reason) for reason in reasons]


def _unread(code: CodeState, git: GitState | None) -> str:
    commit = short_commit(code.commit) if code.commit else "the commit"
    if git is not None and git.dirty:
        return f"its files differed from {commit}, and how was not captured (VERSPAN_CAPTURE=full does it)"
    return f"whether its files differed from {commit} is not known"
