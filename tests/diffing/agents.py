"""Two versions of a small agent, recorded whole: a repository, and a store with what was captured of each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from verspan.prompts.model import PromptContent, PromptLink
from verspan.store.interface import Store
from verspan.versions.capture.code import read_code
from verspan.versions.capture.model import Capture, CodeState, Dependencies, EntryPoint
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import GitState, LoggedModel

EXPERIMENT = "shop"
CREATED = 1_763_885_521_123  # 2025-11-23 08:12:01.123 UTC
FIRST = "You answer customers of a tea shop.\nBe kind and short.\n"
SECOND = "You answer customers of a tea shop.\nBe kind and exact.\n"

Git = Callable[..., str]


def record_agents(store: Store, git: Git, repository: Path) -> None:
    """Record `agent-v1`, as committed, and `agent-v2`, with a commit more and a file that is not committed."""
    git(repository, "add", ".")
    _record(store, "agent-v1", repository, {"temperature": "0.7", "seed": "1"}, "1.40.0")
    (repository / "app.py").write_text("print('better')\n")
    git(repository, "commit", "-q", "-a", "-m", "Answer better")
    (repository / "notes.md").write_text("To do: measure.\n")
    _record(store, "agent-v2", repository, {"temperature": "0.2"}, "1.52.0", "--fast")
    for version, text in enumerate((FIRST, SECOND), 1):
        store.prompts.register("support", PromptContent(text))
        store.prompts.link([PromptLink(model_id_for(EXPERIMENT, f"agent-v{version}"), "support", version)])


def record_bare(store: Store, name: str, git: GitState | None) -> LoggedModel:
    """Record a version of which nothing was captured."""
    return store.upsert_model(_model(name, git=git))


def _record(store: Store, name: str, repository: Path, params: dict[str, str], openai: str, *arguments: str) -> None:
    code = read_code(repository, 1 << 30)
    model = store.upsert_model(_model(name, params=params, git=GitState(code.commit, code.branch)))
    store.captures.keep(model.model_id, _capture(code, openai, arguments))


def _capture(code: CodeState, openai: str, arguments: tuple[str, ...]) -> Capture:
    dependencies = Dependencies("3.12.4", "CPython", "Linux-x86_64", {"httpx": "0.28.1", "openai": openai})
    return Capture(code, dependencies, {"REGION": "eu"}, EntryPoint("app.py", arguments, "."))


def _model(name: str, *, params: dict[str, str] | None = None, git: GitState | None = None) -> LoggedModel:
    ids = model_id_for(EXPERIMENT, name), name, experiment_id_for(EXPERIMENT), EXPERIMENT
    return LoggedModel(*ids, CREATED, CREATED, params=params or {}, git=git)
