"""What a store does for the records of versions. It is safe to use from many threads and processes, as the store is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from verspan.versions.model import AliasMove, LoggedModel, LoggedModelStatus, ModelMetric
from verspan.versions.search.model import ModelPage, ModelSearch


class ModelRecords(Protocol):
    """Changes of versions' records, their aliases, and the search for them.

    Every method raises :class:`~verspan.errors.StoreError`. Those that change something return the record as it is
    then, have the change noted in the audit log in the same transaction, and raise
    :class:`~verspan.errors.NotFoundError` where there is no such version. What is already as asked changes nothing and
    is not noted.
    """

    def initialize(self, model: LoggedModel) -> LoggedModel:
        """Keep a record whose status is PENDING, of a version that is new, known from spans alone, PENDING or FAILED.

        Raises:
            InvalidArgumentError: the version is READY.
        """
        ...

    def finalize(self, model_id: str, status: LoggedModelStatus) -> LoggedModel:
        """Make a version that is PENDING READY or FAILED.

        Raises:
            InvalidArgumentError: it is READY and was to be FAILED, or the other way round.
        """
        ...

    def log_params(self, model_id: str, params: Mapping[str, str]) -> LoggedModel:
        """Add parameters; while the version is PENDING they may also change.

        Raises:
            InvalidArgumentError: one of them has another value already, and the version is not PENDING.
        """
        ...

    def log_metrics(self, model_id: str, metrics: Sequence[ModelMetric]) -> LoggedModel:
        """Add measurements; one of the same name, data, time and step is replaced."""
        ...

    def set_tags(self, model_id: str, tags: Mapping[str, str]) -> LoggedModel:
        """Add tags, or change their values."""
        ...

    def delete_tag(self, model_id: str, key: str) -> LoggedModel:
        """Take a tag away.

        Raises:
            NotFoundError: the version has no such tag.
        """
        ...

    def set_note(self, model_id: str, note: str | None) -> LoggedModel:
        """Write a note in place of the one that is there; None for no note."""
        ...

    def set_parent(self, model_id: str, parent_model_id: str | None) -> LoggedModel:
        """Say which version this one was made from; None for none.

        Raises:
            InvalidArgumentError: that version comes from this one.
        """
        ...

    def set_baseline(self, model_id: str, baseline_model_id: str | None) -> LoggedModel:
        """Say which version this one is to be compared with; None for none.

        Raises:
            InvalidArgumentError: it is this version itself.
        """
        ...

    def delete(self, model_id: str) -> LoggedModel:
        """Hide a version from lists and searches; its record, aliases and traces stay."""
        ...

    def restore(self, model_id: str) -> LoggedModel:
        """Show a version again that was deleted."""
        ...

    def set_alias(self, model_id: str, alias: str) -> LoggedModel:
        """Have an alias of the version's experiment stand for this version, whichever it stood for before.

        Raises:
            InvalidArgumentError: the version is known from spans alone, so that its experiment is not known.
        """
        ...

    def delete_alias(self, model_id: str, alias: str) -> LoggedModel:
        """Take an alias away from the version.

        Raises:
            NotFoundError: the alias does not stand for this version.
        """
        ...

    def at_alias(self, experiment_name: str, alias: str) -> LoggedModel | None:
        """The version that an alias of an experiment stands for, or None."""
        ...

    def alias_moves(self, experiment_name: str, alias: str | None = None) -> Sequence[AliasMove]:
        """Where an alias of an experiment has been, or all of them, the latest move first."""
        ...

    def search(self, search: ModelSearch) -> ModelPage:
        """The versions that match, a page at a time.

        A page begins where the one before ended, whatever versions have been added in the meantime.

        Raises:
            InvalidArgumentError: the page token is not one of this search.
        """
        ...
