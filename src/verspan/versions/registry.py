"""The records of versions: what this process asks to be kept, and what the store holds."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from verspan.runtime import current_settings
from verspan.settings import LOCAL_EXPORTER, sdk_disabled
from verspan.versions.capture.model import CodeState, ReadState
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import GitState, LoggedModel
from verspan.versions.recorder import Announces, Recorder

if TYPE_CHECKING:
    from verspan.store.interface import Store

_READ_TIMEOUT: Final = 5.0  # seconds that reading waits for records of this process under way


def _place_by_settings() -> str | None:
    settings = current_settings()
    return settings.store_url if LOCAL_EXPORTER in settings.exporters and not sdk_disabled() else None


def _read_state(store_url: str | None, code: CodeState | None) -> ReadState:
    from verspan.versions.capture.taking import read_state  # loaded on the recorder's thread alone

    return read_state(store_url, code)


_recorder = Recorder(_place_by_settings, _read_state)
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(before=_recorder.wait_for_fork, after_in_child=_recorder.begin_anew)


def configure_recording(store_url: str | None) -> None:
    """Say where records are kept from now on; those of this process that were kept elsewhere are written there too.

    Until this is called, the settings that would be in force decide.

    Args:
        store_url: the store's URL; None to keep no records.
    """
    _recorder.move(lambda: store_url)


def configure_announcing(announcer: Announces | None) -> None:
    """Say who tells of this process's versions from now on, those included that it has already.

    Args:
        announcer: who does; None where nothing receives telemetry of this process but its own store.
    """
    _recorder.announce_by(announcer)


def flush(timeout: float) -> bool:
    """Wait until the records that were asked for are written and announced.

    Args:
        timeout: seconds to wait at the most.

    Returns:
        Whether they are.
    """
    return _recorder.flush(timeout)


def recorded(
    experiment_name: str, name: str, git: GitState | None = None, code: CodeState | None = None
) -> LoggedModel:
    """The record of a version, which is written in the background the first time that this process asks for it.

    Args:
        experiment_name: the application that the version belongs to.
        name: the version's name.
        git: the state of its working tree, where that has been read already.
        code: likewise, with all that differs from the commit.
    """
    now = time.time_ns() // 1_000_000
    model = LoggedModel(
        model_id=model_id_for(experiment_name, name),
        name=name,
        experiment_id=experiment_id_for(experiment_name),
        experiment_name=experiment_name,
        creation_timestamp=now,
        last_updated_timestamp=now,
        git=git,
    )
    return _recorder.record(model, code)


def looked_up(model_id: str) -> LoggedModel:
    """The record of a version that is known by its id, which is looked up in the background.

    Until then the id stands in for its name, and its experiment is empty.

    Args:
        model_id: the version's id.
    """
    now = time.time_ns() // 1_000_000
    return _recorder.look_up(LoggedModel(model_id, model_id, "", "", now, now))


def announce(model: LoggedModel) -> None:
    """Tell whoever receives this process's telemetry of a record that has changed; in the background.

    Args:
        model: the record as the store has it.
    """
    _recorder.tell(model)


def store_place() -> str:
    """URL of the store that this process records in, whether it is there yet or not."""
    return _recorder.place() or current_settings().store_url


@contextmanager
def opened_store(*, create: bool = False) -> Iterator[Store]:
    """The store that this process records in, with what it has asked to be recorded until now; closed at the end.

    Args:
        create: whether to make it where there is none yet, as whoever writes does.

    Raises:
        StoreError: there is none, or it cannot be opened.
    """
    from verspan.store.opening import open_store

    flush(_READ_TIMEOUT)
    with closing(open_store(store_place(), create=create)) as store:
        yield store
