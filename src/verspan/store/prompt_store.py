"""Prompts over SQL: what their interface promises, each in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from verspan.prompts.model import Prompt, PromptContent, PromptLink, PromptVersion
from verspan.prompts.records import PromptQuery
from verspan.store import prompt_marks, prompts
from verspan.store.database import Database


class SqlPrompts:
    """The :class:`~verspan.prompts.records.PromptRecords` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(
        self,
        name: str,
        content: PromptContent,
        *,
        commit_message: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> PromptVersion:
        """Keep a content under the next number of its name."""
        with self._database.writing() as connection:
            return prompts.register(connection, name, content, commit_message, tags or {})

    def keep(self, prompt: PromptVersion) -> PromptVersion:
        """Keep a version that another store has."""
        with self._database.writing() as connection:
            return prompts.keep(connection, prompt)

    def get(self, name: str) -> Prompt | None:
        """The prompt of this name, or None."""
        with self._database.reading() as connection:
            return prompts.get_prompt(connection, name)

    def find(self, query: PromptQuery) -> Sequence[Prompt]:
        """Prompts, by name."""
        with self._database.reading() as connection:
            return prompts.find_prompts(connection, query)

    def version(self, name: str, version: int) -> PromptVersion | None:
        """A version by its number, or None."""
        with self._database.reading() as connection:
            return prompts.get_version(connection, name, version)

    def at_alias(self, name: str, alias: str) -> PromptVersion | None:
        """The version that an alias points at, or None."""
        with self._database.reading() as connection:
            return prompts.version_at_alias(connection, name, alias)

    def versions(self, name: str, limit: int | None = None) -> Sequence[PromptVersion]:
        """Versions of a prompt, newest first."""
        with self._database.reading() as connection:
            return prompts.find_versions(connection, name, limit)

    def set_alias(self, name: str, alias: str, version: int) -> int | None:
        """Point an alias at a version, and return the one that it pointed at before."""
        with self._database.writing() as connection:
            return prompt_marks.set_alias(connection, name, alias, version)

    def delete_alias(self, name: str, alias: str) -> None:
        """Take an alias away."""
        with self._database.writing() as connection:
            prompt_marks.delete_alias(connection, name, alias)

    def set_tag(self, name: str, key: str, value: str, version: int | None = None) -> None:
        """Set a tag of a prompt, or of one of its versions."""
        with self._database.writing() as connection:
            prompt_marks.set_tag(connection, name, key, value, version)

    def delete_tag(self, name: str, key: str, version: int | None = None) -> None:
        """Take a tag of a prompt, or of one of its versions, away."""
        with self._database.writing() as connection:
            prompt_marks.delete_tag(connection, name, key, version)

    def link(self, links: Iterable[PromptLink]) -> None:
        """Note which versions of the application have used which prompts."""
        with self._database.writing() as connection:
            prompt_marks.link(connection, links)

    def used_by(self, model_id: str) -> Sequence[PromptVersion]:
        """The versions of prompts that a version of the application has used, by name and number."""
        with self._database.reading() as connection:
            return prompt_marks.used_by(connection, model_id)

    def users_of(self, name: str, version: int) -> Sequence[str]:
        """The ids of the versions of the application that have used a version of a prompt, the first user first."""
        with self._database.reading() as connection:
            return prompt_marks.users_of(connection, name, version)
