"""``verspan.diff``: the difference of two versions that are named, or of one and the working tree."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from verspan.diffing.comparing import EVERY_PART, compare
from verspan.diffing.model import Part, VersionDiff
from verspan.diffing.sides import WORKING_TREE_PARTS, Subject, recorded_subject, working_tree_subject
from verspan.errors import InvalidArgumentError
from verspan.versions.git import root_of
from verspan.versions.model import LoggedModel
from verspan.versions.registry import opened_store, store_place
from verspan.versions.resolving import resolve_model

if TYPE_CHECKING:
    from verspan.store.interface import Store

WORKING_TREE: Final = "."
"""Stands for the working tree as it is now, in the place of a version."""


def diff(
    a: str | LoggedModel,
    b: str | LoggedModel,
    *,
    only: Iterable[str] | None = None,
    repository: str | Path | None = None,
) -> VersionDiff:
    """What changed from one version to another: code, parameters, calls of models, prompts, dependencies and the rest.

    ::

        verspan.diff("my-genai-app@champion", "agent-v2").params.changed["temperature"].after
        verspan.diff("my-genai-app@champion", ".")  # what is about to change

    Args:
        a: the first version: its record, name or id, the beginning of either, a name of an experiment with ``@`` and an
            alias, or ``.`` for the working tree as it is now, which has code and dependencies alone.
        b: the second, likewise.
        only: what to compare: names of :class:`~verspan.diffing.model.Part`; everything where it is None.
        repository: a folder in the git repository that both come from; the working directory's where it is None. It is
            only read, and without one the code is compared as far as the captures tell it.

    Returns:
        The difference; what cannot be told is said in its ``untold``.

    Raises:
        NotFoundError: there is no such version.
        InvalidArgumentError: `only` names something else.
        StoreError: the store cannot be read.
    """
    with opened_store() as store:
        asking = Asking(store, store_place(), None if repository is None else Path(repository))
        return asking.difference(a, b, chosen_parts(only))


def chosen_parts(names: Iterable[str] | None) -> Collection[Part] | None:
    """The parts with these names; None where there is none.

    Raises:
        InvalidArgumentError: a name is none of theirs.
    """
    if names is None:
        return None
    names = list(names)
    try:
        return frozenset(map(Part, names))
    except ValueError as error:
        known = ", ".join(part.value for part in Part)
        raise InvalidArgumentError(f"only={', '.join(names)}: what can be compared is {known}") from error


@dataclass(frozen=True)
class Asking:
    """Where two versions are looked for."""

    store: Store
    store_url: str | None
    repository: Path | None = None
    """A folder in the repository; the working directory's where it is None."""
    experiment_name: str | None = None
    """Look at this experiment's versions only."""

    def difference(
        self, a: str | LoggedModel, b: str | LoggedModel, parts: Collection[Part] | None = None
    ) -> VersionDiff:
        """What changed from one to the other, in these parts or in all that both have.

        Raises:
            NotFoundError: there is no such version.
            InvalidArgumentError: the folder is in no repository.
            StoreError: the store cannot be read.
        """
        folder = self.repository or Path.cwd()
        root = root_of(folder)
        if root is None and self.repository is not None:
            raise InvalidArgumentError(f"{folder} is in no git repository: give a folder that is in one")
        before, after = (self._subject(each, folder) for each in (a, b))
        both_have = WORKING_TREE_PARTS if WORKING_TREE in (a, b) else EVERY_PART
        return compare(before, after, both_have if parts is None else parts, root)

    def _subject(self, version: str | LoggedModel, folder: Path) -> Subject:
        if version == WORKING_TREE:
            return working_tree_subject(folder, self.store_url)
        return recorded_subject(self.store, self._recorded(version))

    def _recorded(self, version: str | LoggedModel) -> LoggedModel:
        """The record as the store has it; one in hand may be older."""
        if isinstance(version, LoggedModel):
            return self.store.get_model(version.model_id) or version
        return resolve_model(self.store, version, self.experiment_name)
