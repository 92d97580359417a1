"""Recreating a version by its name: the function behind ``verspan.checkout`` and ``verspan checkout``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from verspan.errors import NotFoundError
from verspan.recreating.code import recreate_tree
from verspan.recreating.companions import write_companions
from verspan.recreating.environment import make_environment
from verspan.recreating.folder import Folder, checked_destination
from verspan.recreating.model import Checkout, Missing
from verspan.recreating.verification import files_in, tree_digest
from verspan.versions.application import application_folder
from verspan.versions.capture.model import Capture, CodeState, Dependencies
from verspan.versions.git import root_of
from verspan.versions.model import LoggedModel
from verspan.versions.registry import opened_store
from verspan.versions.resolving import resolve_model

if TYPE_CHECKING:
    from verspan.store.interface import Store

_NOT_CAPTURED: Final = "only its commit was recorded: what differed from it, if anything did, is not here"
_COMMIT_ALONE: Final = "the platform told of the commit and nobody looked at the files: they are the commit's"


def checkout(
    version: str,
    directory: str | os.PathLike[str],
    *,
    repository: str | os.PathLike[str] | None = None,
    capture_id: str | None = None,
    with_env: bool = False,
) -> Checkout:
    """Recreate a version in a folder: its tree byte for byte, and beside it what it ran with.

    The tree is a git worktree of a repository here that has the commit, else a clone of the remote. Nothing that the
    version brings is run, unless its environment is asked for.

    Args:
        version: its name, its id, a beginning of either, or ``experiment@alias``.
        directory: a folder that is not there yet, or is empty.
        repository: a folder in a git repository that has the commit; else the working directory's, the
            application's and the store's are tried, and then the remote.
        capture_id: which of the states that the version was seen in; else the newest.
        with_env: whether uv makes an environment with the recorded packages.

    Returns:
        What was made, and exactly what could not be restored.

    Raises:
        InvalidArgumentError: something is in the folder.
        NotFoundError: there is no such version, its code is not recorded, or its commit is nowhere to be had.
        VerspanError: git failed.
        StoreError: the store cannot be read.
    """
    with opened_store() as store:
        return checkout_from(
            store, version, Path(directory), repository=repository, capture_id=capture_id, with_env=with_env
        )


def checkout_from(  # noqa: PLR0913 - those of checkout, and the store
    store: Store,
    version: str,
    directory: Path,
    *,
    experiment_name: str | None = None,
    repository: str | os.PathLike[str] | None = None,
    capture_id: str | None = None,
    with_env: bool = False,
) -> Checkout:
    """Recreate a version of a store that is open; the rest is as for :func:`checkout`."""
    place = checked_destination(directory)
    model = resolve_model(store, version, experiment_name)
    captured_as = _chosen_capture(store, model, capture_id)
    capture = None if captured_as is None else store.captures.load(captured_as)
    code = _code(model, capture)
    tree = recreate_tree(code, _candidates(store, repository), place)
    found = tree_digest(files_in(place))
    beside = write_companions(Folder(place), model, capture, store.prompts.used_by(model.model_id))
    made = Checkout(
        model_id=model.model_id,
        name=model.name,
        directory=place,
        commit=code.commit,
        capture_id=captured_as,
        source=tree.source,
        files=len(tree.written.digests),
        digest=tree_digest(tree.written.digests),
        found_digest=found,
        missing=(*_untold(capture), *tree.written.missing, *beside.missing),
        written=beside.written,
    )
    return _with_environment(made, capture) if with_env else made


def _chosen_capture(store: Store, model: LoggedModel, capture_id: str | None) -> str | None:
    kept = [each.capture_id for each in store.captures.of(model.model_id)]
    if capture_id is None:
        return kept[-1] if kept else None
    if capture_id not in kept:
        raise NotFoundError(f"{model.name} was not seen in the state {capture_id!r}: {', '.join(kept) or 'in none'}")
    return capture_id


def _code(model: LoggedModel, capture: Capture | None) -> CodeState:
    if capture is not None and capture.code is not None and (capture.code.commit or capture.code.tree_read):
        return capture.code
    if model.git is None or model.git.commit is None:
        raise NotFoundError(
            f"the record of {model.name} has no code: it ran where neither git nor the platform told of a commit. Run "
            "it in a git repository, or set GIT_COMMIT in its image, and the next version has it."
        )
    return CodeState(model.git.commit, model.git.branch, remote_url=model.git.remote_url, tree_read=False)


def _untold(capture: Capture | None) -> Sequence[Missing]:
    if capture is None or capture.code is None:
        return [Missing(".", _NOT_CAPTURED)]
    return [] if capture.code.tree_read else [Missing(".", _COMMIT_ALONE)]


def _candidates(store: Store, repository: str | os.PathLike[str] | None) -> Sequence[Path]:
    if repository is not None:
        return [root_of(Path(repository).absolute()) or Path(repository).absolute()]
    roots = map(root_of, (Path.cwd(), application_folder(), Path(store.location).parent))
    return list(dict.fromkeys(root for root in roots if root is not None))


def _with_environment(made: Checkout, capture: Capture | None) -> Checkout:
    environment = make_environment(made.directory, Dependencies() if capture is None else capture.dependencies)
    return replace(made, python=environment.python, missing=(*made.missing, *environment.missing))
