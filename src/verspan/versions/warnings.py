"""What the record of a version says that whoever uses the version ought to hear, once."""

from __future__ import annotations

import logging

from verspan.versions.model import LoggedModel

_logger = logging.getLogger(__name__)


def warn_of_record(given: LoggedModel, kept: LoggedModel) -> None:
    """Warn where a version's name is used for another state than before, or where the version is deleted.

    Args:
        given: the record that this process has written.
        kept: what the store has made of it.
    """
    if _has_brought_another_state(given, kept):
        _logger.warning(
            "The version %s has been recorded with another state of its code or parameters before, so that its figures "
            "mix both. Give each state a name of its own, as verspan.enable_git_model_versioning() does; "
            "`verspan models show %s` lists the fingerprints of all states.",
            kept.name,
            kept.model_id,
        )
    if kept.deleted_timestamp is not None:
        _logger.warning(
            "The version %s is deleted: it is recorded all the same, and lists leave it out. "
            "`verspan models restore %s` shows it again.",
            kept.name,
            kept.model_id,
        )


def _has_brought_another_state(given: LoggedModel, kept: LoggedModel) -> bool:
    """Whether this very record has added a fingerprint to others: those who bring the same later are not told again."""
    times = [each.first_seen_timestamp for each in kept.fingerprints]
    return len(times) > 1 and given.last_updated_timestamp in times and given.last_updated_timestamp != times[0]
