"""What a store does for prompts. It is safe to use from many threads and processes, as the store is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from verspan.prompts.model import Prompt, PromptContent, PromptLink, PromptVersion
from verspan.versions.search.model import Expression, Order

LATEST = "latest"
"""The alias that nobody sets: the version with the highest number."""


@dataclass(frozen=True)
class PromptQuery:
    """Which prompts to list; every field that is set must match."""

    name_prefix: str | None = None
    where: Expression | None = None
    """A filter over the name, the prompt's tags and the two times."""
    order_by: Sequence[Order] = ()
    """Over the same; what is alike comes by name."""
    limit: int = 100


class PromptRecords(Protocol):
    """Prompts, their versions, aliases and tags, and which version of the application has used which.

    Every method raises :class:`~verspan.errors.StoreError`; those that change something have it noted in the audit log
    in the same transaction.
    """

    def register(
        self,
        name: str,
        content: PromptContent,
        *,
        commit_message: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> PromptVersion:
        """Keep a content under the next number of its name.

        Args:
            name: the prompt; made by this where it is new.
            content: a checked one, see :mod:`verspan.prompts.checking`.
            commit_message: what has changed.
            tags: the version's own.
        """
        ...

    def keep(self, prompt: PromptVersion) -> PromptVersion:
        """Keep a version that another store has, with its time, message and tags; aliases stay as they are here.

        Returns:
            The version of this store that has its content: under the same number where that is free or has it already,
            else the newest of the name that has it, else under the next number.
        """
        ...

    def get(self, name: str) -> Prompt | None:
        """The prompt of this name, or None."""
        ...

    def find(self, query: PromptQuery) -> Sequence[Prompt]:
        """Prompts, by name where no other order is asked for.

        Raises:
            InvalidArgumentError: the filter or the order has a field that prompts do not have.
        """
        ...

    def version(self, name: str, version: int) -> PromptVersion | None:
        """A version by its number, or None."""
        ...

    def at_alias(self, name: str, alias: str) -> PromptVersion | None:
        """The version that an alias points at, or None; :data:`LATEST` is the newest."""
        ...

    def versions(self, name: str, limit: int | None = None) -> Sequence[PromptVersion]:
        """Versions of a prompt, newest first; none where there is no such prompt.

        Args:
            name: the prompt.
            limit: how many at the most; all where it is None.
        """
        ...

    def set_alias(self, name: str, alias: str, version: int) -> int | None:
        """Point an alias at a version.

        Returns:
            The version that it pointed at before, or None.

        Raises:
            NotFoundError: there is no such version.
        """
        ...

    def delete_alias(self, name: str, alias: str) -> None:
        """Take an alias away.

        Raises:
            NotFoundError: there is no such prompt or alias.
        """
        ...

    def set_tag(self, name: str, key: str, value: str, version: int | None = None) -> None:
        """Set a tag of a prompt, or of one of its versions.

        Raises:
            NotFoundError: there is no such prompt or version.
        """
        ...

    def delete_tag(self, name: str, key: str, version: int | None = None) -> None:
        """Take a tag of a prompt, or of one of its versions, away.

        Raises:
            NotFoundError: there is no such prompt, version or tag.
        """
        ...

    def link(self, links: Iterable[PromptLink]) -> None:
        """Note which versions of the application have used which prompts; what is known, or no prompt, is let be."""
        ...

    def used_by(self, model_id: str) -> Sequence[PromptVersion]:
        """The versions of prompts that a version of the application has used, by name and number."""
        ...

    def users_of(self, name: str, version: int) -> Sequence[str]:
        """The ids of the versions of the application that have used a version of a prompt, the first user first."""
        ...
