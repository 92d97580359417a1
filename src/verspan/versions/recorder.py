"""Writing versions' records to the store, in the background.

Theory of operation: the recorder knows the versions of this process and the place where each has been settled; its
thread settles what is not settled at the present place, and ends when nothing is left. So neither git nor a disk is
waited for by the caller, each record is written once, and another place gets all of them. An idle process has no such
thread and may fork at any time; a fork amidst work waits for its end, since the child would inherit locks of imports
and of SQLite that nobody releases.
"""

from __future__ import annotations

import atexit
import contextvars
import logging
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from opentelemetry.instrumentation.utils import suppress_instrumentation

from verspan.errors import VerspanError
from verspan.instrumentation.guard import report
from verspan.versions.model import GitState, LoggedModel

if TYPE_CHECKING:
    from verspan.store.interface import Store

_PATIENCE: Final = 10.0  # seconds that a fork or the end of the process waits for what is under way
_MAX_KNOWN: Final = 1000  # versions that a process remembers; one that is forgotten is merely written again

_Place = Callable[[], "str | None"]
_ReadGit = Callable[[], "GitState | None"]

_logger = logging.getLogger(__name__)


@dataclass
class _Entry:
    """A version of this process."""

    model: LoggedModel
    named: bool
    """Whether it is written; a version that is known by its id alone is looked up instead."""
    settled_at: str | None = None
    """URL of the store where it has been written or looked up, whether or not that went well."""


class Recorder:
    """Keeps the record of each version once per process.

    Args:
        place: gives the store's URL, or None where nothing is to be kept.
        git_state: gives the state of the application's working tree. Both are asked in the background.
    """

    def __init__(self, place: _Place, git_state: _ReadGit) -> None:
        self._place = place
        self._git_state = git_state
        self._known: dict[str, _Entry] = {}
        self.begin_anew()

    def begin_anew(self) -> None:
        """Set up what belongs to one process; also for a forked child, which has no thread of its parent's."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._awaited_at_exit = False

    def record(self, model: LoggedModel) -> LoggedModel:
        """Have a version's record written, unless this process has done so.

        Args:
            model: the record; where its git state is None it is read in the background.

        Returns:
            The record as far as this process knows it.
        """
        return self._settle(_Entry(model, named=True))

    def look_up(self, model: LoggedModel) -> LoggedModel:
        """Have a version that is known by its id alone looked up in the store, and say so where it is not there.

        Args:
            model: what stands in for its record until then.

        Returns:
            The record as far as this process knows it.
        """
        return self._settle(_Entry(model, named=False))

    def move(self, place: _Place) -> None:
        """Keep records at another place from now on, those included that were kept elsewhere."""
        self._place = place
        if self._known:
            self._work_in_background()

    def place(self) -> str | None:
        """URL of the store where records are kept, or None where they are not."""
        return self._place()

    def flush(self, timeout: float) -> bool:
        """Wait until everything is settled.

        Args:
            timeout: seconds to wait at the most.

        Returns:
            Whether everything is.
        """
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def wait_for_fork(self) -> None:
        """Come to rest before the process forks, or give up after a while."""
        self.flush(_PATIENCE)

    def _settle(self, wanted: _Entry) -> LoggedModel:
        model_id = wanted.model.model_id
        with self._lock:
            known = self._known.get(model_id)
            if known is not None and (known.named or not wanted.named):
                return known.model
            while len(self._known) >= _MAX_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[model_id] = wanted
        self._work_in_background()
        return wanted.model

    # -- the thread ----------------------------------------------------------------------------------------------------

    def _work_in_background(self) -> None:
        with self._lock:
            at_work = self._thread is not None or self._start_thread()
        if not at_work:
            self._work()

    def _start_thread(self) -> bool:
        if not threading.main_thread().is_alive():  # exit handlers run, and nobody would wait for the thread
            return False
        self._await_at_exit()
        self._thread = threading.Thread(target=self._work, name="verspan-versions", daemon=True)
        try:
            # In an empty context, since instrumentation of threads would keep the caller's span alive in ours.
            contextvars.Context().run(self._thread.start)
        except RuntimeError:  # the system gives no more threads
            self._thread = None
        return self._thread is not None

    def _work(self) -> None:
        with suppress_instrumentation():
            while (batch := self._next_batch()) is not None:
                url, entries = batch
                self._settle_at(url, entries)

    def _next_batch(self) -> tuple[str, Sequence[_Entry]] | None:
        while True:
            place = self._place
            url = _url_of(place)
            with self._lock:
                if place is not self._place:  # moved while it was asked
                    continue
                due = [entry for entry in self._known.values() if entry.settled_at != url]
                if url is None or not due:
                    self._thread = None
                    return None
            return url, due

    def _settle_at(self, url: str, entries: Sequence[_Entry]) -> None:
        git_state = cache(self._git_state)  # once for all of them
        try:
            from verspan.store.opening import open_store  # SQLAlchemy is heavy, and loaded on this thread alone

            with closing(open_store(url)) as store:
                for entry in entries:
                    entry.model = _settled(store, entry, git_state)
        except VerspanError as error:
            names = ", ".join(entry.model.name for entry in entries)
            _logger.warning(
                "The record of %s is lost (commit, branch, remote); its spans carry its name and id all the same. %s",
                names,
                error,
            )
        except Exception as error:  # noqa: BLE001 - a thread of ours does not print a traceback into the application
            report(error, "recording a version")
        finally:
            for entry in entries:
                entry.settled_at = url

    # -- the end of the process ----------------------------------------------------------------------------------------

    def _await_at_exit(self) -> None:
        if self._awaited_at_exit:
            return
        self._awaited_at_exit = True
        atexit.register(self._finish)
        # A child of multiprocessing ends without atexit, and runs the finalizers of this module instead.
        multiprocessing = sys.modules.get("multiprocessing.util")
        if multiprocessing is not None:
            multiprocessing.Finalize(None, self._finish, exitpriority=0)

    def _finish(self) -> None:
        if not self.flush(_PATIENCE):
            _logger.warning(
                "The record of a version is lost: it was not written within %g seconds of the process's end. "
                "`verspan doctor` tells what is wrong with the store.",
                _PATIENCE,
            )


def _url_of(place: _Place) -> str | None:
    try:
        return place()
    except OSError as error:  # such as a working directory that has been deleted
        _logger.warning(
            "Versions are not recorded, since the place of the store cannot be told (%s). "
            "Start the application in a folder that is there, or set VERSPAN_STORE.",
            error,
        )
        return None


def _settled(store: Store, entry: _Entry, git_state: _ReadGit) -> LoggedModel:
    if entry.named:
        return store.upsert_model(replace(entry.model, git=entry.model.git or git_state()))
    found = store.get_model(entry.model.model_id)
    if found is None or found.name == found.model_id:
        _logger.warning(
            "%s has no record of a version with the id %s: its spans carry the id and no name. "
            "`verspan models` lists versions; verspan.set_active_model(name=...) makes one.",
            store.location,
            entry.model.model_id,
        )
    return found or entry.model
