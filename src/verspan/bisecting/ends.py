"""The two ends of a bisection: versions or git revisions, as commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.interface import Store
from verspan.versions.model import LoggedModel
from verspan.versions.resolving import resolve_model

if TYPE_CHECKING:
    from verspan.bisecting.history import GitHistory


@dataclass(frozen=True)
class End:
    """One end."""

    commit: str
    experiment: str | None = None
    """Whose version it is; None where it is named by a revision."""
    warning: str | None = None


def end_of(named: str | LoggedModel, store: Store, history: GitHistory) -> End:
    """The end that is meant by a version or a revision: a version of that whole name or id first, then a revision.

    Raises:
        InvalidArgumentError: the version has no commit, or the repository does not have it.
        NotFoundError: there is neither.
    """
    model = named if isinstance(named, LoggedModel) else _model(store, named, beginnings=False)
    if model is None and isinstance(named, str):
        commit = history.resolved(named)
        if commit is not None:
            return End(commit)
        model = _model(store, named, beginnings=True)
    if model is None:
        raise NotFoundError(f"{named!r} is no version (`verspan models` lists them), and git knows no such revision")
    return _of_version(model, history)


def _model(store: Store, named: str, *, beginnings: bool) -> LoggedModel | None:
    try:
        return resolve_model(store, named, beginnings=beginnings)
    except NotFoundError:
        return None


def _of_version(model: LoggedModel, history: GitHistory) -> End:
    commit = None if model.git is None else model.git.commit
    if commit is None or history.resolved(commit) is None:
        missing = "its record has no commit" if commit is None else f"{history.root} does not have its commit {commit}"
        raise InvalidArgumentError(f"{model.name} cannot be an end of the history: {missing}")
    warning = (
        f"{model.name} differs from its commit by what was never committed: its commit {commit[:12]} stands for it, "
        "and what differs is not looked at"
    )
    dirty = model.git is not None and model.git.dirty
    return End(commit, model.experiment_name, warning if dirty else None)
