"""``verspan.export_models`` and ``verspan.import_models``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from verspan.errors import InvalidArgumentError
from verspan.runtime import flush
from verspan.transfer.model import ExportReport, ImportReport, Tell, tell_nobody
from verspan.versions.model import LoggedModel
from verspan.versions.registry import opened_store
from verspan.versions.resolving import resolve_model

_SECONDS_TO_FLUSH: Final = 10.0


def export_models(
    versions: str | LoggedModel | Sequence[str | LoggedModel],
    path: str | os.PathLike[str],
    *,
    evaluations: bool = True,
    on_progress: Tell | None = None,
) -> ExportReport:
    """Write versions with all that is known of them to one file.

    That is each version's record, its captures, the versions of prompts that it has used, its artifacts, and the traces
    that belong to it with all their spans and contents, what has ended in this process until now included; the
    evaluation runs of it with what came of every row, the datasets that these were over, and the assessments of its
    traces. The same versions give the same file, wherever and whenever.

    Args:
        versions: a version or several, each by its name, id, ``experiment@alias`` or record.
        path: the file to write; it is there whole or not at all, and replaces one that is there.
        evaluations: False leaves out runs, datasets and assessments: a file that older Verspans read too.
        on_progress: called from time to time.

    Raises:
        InvalidArgumentError: there are no versions given, or no file can be written there.
        NotFoundError: there is no such version.
        StoreError: the store cannot be read.
    """
    from verspan.transfer.exporting import export_file

    given = [versions] if isinstance(versions, str | LoggedModel) else list(versions)
    if not given:
        raise InvalidArgumentError("there are no versions to export: give a name or an id, as `verspan models` has it")
    flush(_SECONDS_TO_FLUSH)
    with opened_store() as store:
        names = [each.model_id if isinstance(each, LoggedModel) else each for each in given]
        models = [resolve_model(store, name, beginnings=False, include_deleted=True) for name in names]
        return export_file(store, models, Path(path), on_progress or tell_nobody, evaluations=evaluations)


def import_models(
    path: str | os.PathLike[str], *, max_bytes: int | None = None, on_progress: Tell | None = None
) -> ImportReport:
    """Keep the versions of a file that :func:`verspan.export_models` wrote, in this process's store.

    The whole file is checked first. What the store has already stays: importing twice changes nothing, and an import
    that was broken off is completed by importing again.

    Args:
        path: the file.
        max_bytes: how much it may unpack to; 200 times its own size, and at least 256 MiB, where it is None.
        on_progress: called from time to time.

    Raises:
        InvalidArgumentError: the file is not such a file, whole and as it was exported; nothing of it was kept.
        StoreError: the store cannot keep it.
    """
    from verspan.transfer.importing import import_file

    with opened_store(create=True) as store:
        return import_file(store, Path(path), on_progress or tell_nobody, max_bytes)
