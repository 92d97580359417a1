"""The records of versions, each change and each search in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verspan.errors import InvalidArgumentError
from verspan.store import model_aliases, model_changes
from verspan.store.database import Database
from verspan.store.model_search import search_models
from verspan.versions.model import AliasMove, LoggedModel, LoggedModelStatus, ModelMetric
from verspan.versions.search.model import ModelPage, ModelSearch


class SqlModelRecords:
    """The :class:`~verspan.versions.records.ModelRecords` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def initialize(self, model: LoggedModel) -> LoggedModel:
        """Keep a record whose status is PENDING."""
        with self._database.writing() as connection:
            return model_changes.initialize(connection, model)

    def finalize(self, model_id: str, status: LoggedModelStatus) -> LoggedModel:
        """Make a version that is PENDING READY or FAILED."""
        with self._database.writing() as connection:
            return model_changes.finalize(connection, model_id, status)

    def log_params(self, model_id: str, params: Mapping[str, str]) -> LoggedModel:
        """Add parameters; while the version is PENDING they may also change."""
        with self._database.writing() as connection:
            return model_changes.log_params(connection, model_id, params)

    def log_metrics(self, model_id: str, metrics: Sequence[ModelMetric]) -> LoggedModel:
        """Add measurements."""
        with self._database.writing() as connection:
            return model_changes.log_metrics(connection, model_id, metrics)

    def set_tags(self, model_id: str, tags: Mapping[str, str]) -> LoggedModel:
        """Add tags, or change their values."""
        with self._database.writing() as connection:
            return model_changes.set_tags(connection, model_id, tags)

    def delete_tag(self, model_id: str, key: str) -> LoggedModel:
        """Take a tag away."""
        with self._database.writing() as connection:
            return model_changes.delete_tag(connection, model_id, key)

    def set_note(self, model_id: str, note: str | None) -> LoggedModel:
        """Write a note in place of the one that is there."""
        with self._database.writing() as connection:
            return model_changes.set_note(connection, model_id, note)

    def set_parent(self, model_id: str, parent_model_id: str | None) -> LoggedModel:
        """Say which version this one was made from."""
        with self._database.writing() as connection:
            return model_changes.set_parent(connection, model_id, parent_model_id)

    def set_baseline(self, model_id: str, baseline_model_id: str | None) -> LoggedModel:
        """Say which version this one is to be compared with."""
        with self._database.writing() as connection:
            return model_changes.set_baseline(connection, model_id, baseline_model_id)

    def delete(self, model_id: str) -> LoggedModel:
        """Hide a version from lists and searches."""
        with self._database.writing() as connection:
            return model_changes.delete(connection, model_id)

    def restore(self, model_id: str) -> LoggedModel:
        """Show a version again that was deleted."""
        with self._database.writing() as connection:
            return model_changes.restore(connection, model_id)

    def set_alias(self, model_id: str, alias: str) -> LoggedModel:
        """Have an alias of the version's experiment stand for this version."""
        with self._database.writing() as connection:
            return model_aliases.set_alias(connection, model_id, alias)

    def delete_alias(self, model_id: str, alias: str) -> LoggedModel:
        """Take an alias away from the version."""
        with self._database.writing() as connection:
            return model_aliases.delete_alias(connection, model_id, alias)

    def at_alias(self, experiment_name: str, alias: str) -> LoggedModel | None:
        """The version that an alias of an experiment stands for, or None."""
        with self._database.reading() as connection:
            return model_aliases.at_alias(connection, experiment_name, alias)

    def alias_moves(self, experiment_name: str, alias: str | None = None) -> Sequence[AliasMove]:
        """Where an alias of an experiment has been, or all of them, the latest move first."""
        with self._database.reading() as connection:
            return model_aliases.alias_moves(connection, experiment_name, alias)

    def search(self, search: ModelSearch) -> ModelPage:
        """The versions that match, a page at a time."""
        if search.limit < 1:
            raise InvalidArgumentError(f"limit={search.limit}: a page has at least one version")
        with self._database.reading() as connection:
            return search_models(connection, search)
