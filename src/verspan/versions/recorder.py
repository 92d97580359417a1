"""Writing versions' records to the store, and sending them on, in the background.

Theory of operation: the recorder knows the versions of this process, the place where each has been settled and by whom
it was announced; its thread sees to what is not settled at the present place or not announced by the present announcer,
and ends when nothing is left. So neither git nor a disk is waited for by the caller, each record is written and sent
once, and another place gets all of them. An idle process has no such thread and may fork at any time; a fork amidst
work waits for its end, since the child would inherit locks of imports and of SQLite that nobody releases.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

from opentelemetry.instrumentation.utils import suppress_instrumentation

from verspan.background import started_thread
from verspan.errors import VerspanError
from verspan.instrumentation.guard import report
from verspan.versions.capture.model import Capture, CodeState, ReadState
from verspan.versions.model import LoggedModel
from verspan.versions.warnings import warn_of_record

if TYPE_CHECKING:
    from verspan.store.interface import Store

_PATIENCE: Final = 10.0  # seconds that a fork or the end of the process waits for what is under way
_MAX_KNOWN: Final = 1000  # versions that a process remembers; one that is forgotten is merely written again

_Place = Callable[[], "str | None"]
_ReadState = Callable[["str | None", "CodeState | None"], ReadState]

_logger = logging.getLogger(__name__)


class Announces(Protocol):
    """Tells whoever receives this process's telemetry of its versions; equal to another that reaches no more."""

    def announce(self, model: LoggedModel) -> None:
        """Send a version's record; called in the background."""
        ...


@dataclass
class _Entry:
    """A version of this process."""

    model: LoggedModel
    named: bool
    """Whether it is written; a version that is known by its id alone is looked up instead."""
    code: CodeState | None = None
    """The state of its code, where that was read before it was named."""
    capture: Capture | None = None
    """Its state, once that has been read and where it is captured."""
    state_read: bool = False
    """Whether its state has been read, of a version that this process runs."""
    settled_at: str | None = None
    """URL of the store where it has been written or looked up, whether or not that went well."""
    in_use: bool = True
    """Whether this process runs it; else it has changed its record and no more."""
    announced_by: Announces | None = None
    """Who was given it to announce, whether or not that went well."""

    def is_new_to(self, announcer: Announces) -> bool:
        """Whether there is a record, and not the id alone, that the announcer was not given."""
        return self.announced_by != announcer and (self.named or self.model.experiment_id != "")


@dataclass(frozen=True)
class _Batch:
    """What is to be done next."""

    url: str | None
    unsettled: Sequence[_Entry]
    announcer: Announces | None
    unannounced: Sequence[_Entry]

    def __bool__(self) -> bool:
        return bool(self.unsettled or self.unannounced)


class Recorder:
    """Keeps the record of each version once per process.

    Args:
        place: gives the store's URL, or None where nothing is to be kept.
        read_state: gives the application's state: it is told the store's URL, and the state of the code where that has
            been read. Both are asked in the background.
    """

    def __init__(self, place: _Place, read_state: _ReadState) -> None:
        self._place = place
        self._read_state = read_state
        self._announcer: Announces | None = None
        self._awaited_at_exit = False
        self._known: dict[str, _Entry] = {}
        self.begin_anew()

    def begin_anew(self) -> None:
        """Set up what belongs to one process; also for a forked child, which has no thread of its parent's."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._awaited_in_child = False

    def record(self, model: LoggedModel, code: CodeState | None = None) -> LoggedModel:
        """Have a version's record written, unless this process has done so.

        Args:
            model: the record; its state is read in the background.
            code: the state of its code, where that has been read already.

        Returns:
            The record as far as this process knows it.
        """
        return self._settle(_Entry(model, named=True, code=code))

    def look_up(self, model: LoggedModel) -> LoggedModel:
        """Have a version that is known by its id alone looked up in the store, and say so where it is not there.

        Args:
            model: what stands in for its record until then.

        Returns:
            The record as far as this process knows it.
        """
        return self._settle(_Entry(model, named=False))

    def tell(self, model: LoggedModel) -> None:
        """Have a version announced as it is now, whose record somebody has just changed at the present place."""
        url = _url_of(self._place)
        with self._lock:
            known = self._known.get(model.model_id)
            if known is None:
                self._remember(_Entry(model, named=True, state_read=True, settled_at=url, in_use=False))
            else:
                known.model, known.announced_by = model, None
        self._work_in_background()

    def move(self, place: _Place) -> None:
        """Keep records at another place from now on, those included that were kept elsewhere."""
        self._place = place
        if self._known:
            self._work_in_background()

    def announce_by(self, announcer: Announces | None) -> None:
        """Have versions announced from now on, those included that were announced by another; None for no more."""
        self._announcer = announcer
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
        with self._lock:  # under which it is started: one that is not yet cannot be joined
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
            if known is not None and known.in_use and (known.named or not wanted.named):
                return known.model
            if known is not None and not known.in_use:
                wanted = _Entry(known.model, named=True)
            self._remember(wanted)
        self._work_in_background()
        return wanted.model

    def _remember(self, entry: _Entry) -> None:
        self._known.pop(entry.model.model_id, None)
        while len(self._known) >= _MAX_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[entry.model.model_id] = entry

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
        self._thread = started_thread(self._work, "verspan-versions", daemon=True)
        return self._thread is not None

    def _work(self) -> None:
        with suppress_instrumentation():
            while batch := self._next_batch():
                entries = {id(entry): entry for entry in (*batch.unsettled, *batch.unannounced)}
                self._read_states(batch.url, entries.values())
                if batch.announcer is not None:  # first, since a store may be locked and telemetry should not wait
                    self._announce_by(batch.announcer, batch.unannounced)
                if batch.url is not None and batch.unsettled:
                    self._settle_at(batch.url, batch.unsettled)

    def _next_batch(self) -> _Batch:
        while True:
            place, announcer = self._place, self._announcer
            url = _url_of(place)
            with self._lock:
                if place is not self._place or announcer is not self._announcer:  # moved while it was asked
                    continue
                known = self._known.values()
                batch = _Batch(
                    url,
                    [entry for entry in known if url is not None and entry.settled_at != url],
                    announcer,
                    [entry for entry in known if announcer is not None and entry.is_new_to(announcer)],
                )
                if not batch:
                    self._thread = None
            return batch

    def _read_states(self, url: str | None, entries: Iterable[_Entry]) -> None:
        at_once: ReadState | None = None  # the versions that were named before it was read have one state
        for entry in entries:
            if not entry.named or entry.state_read:
                continue
            entry.state_read = True
            try:
                state = at_once if entry.code is None and at_once is not None else self._read_state(url, entry.code)
                at_once = state if entry.code is None else at_once
                _take_over(entry, state)
            except Exception as error:  # noqa: BLE001 - a thread of ours does not print a traceback into the application
                report(error, "reading a version's state")

    def _settle_at(self, url: str, entries: Sequence[_Entry]) -> None:
        try:
            from verspan.store.opening import open_store  # SQLAlchemy is heavy, and loaded on this thread alone

            with closing(open_store(url)) as store:
                for entry in entries:
                    entry.model = _settled(store, entry)
        except VerspanError as error:
            names = ", ".join(entry.model.name for entry in entries)
            _logger.warning(
                "The record of %s is lost (commit, branch, remote); its spans carry its name and id all the same. %s",
                names,
                error,
            )
        except Exception as error:  # noqa: BLE001 - likewise
            report(error, "recording a version")
        finally:
            for entry in entries:
                entry.settled_at = url

    def _announce_by(self, announcer: Announces, entries: Sequence[_Entry]) -> None:
        for entry in entries:
            entry.announced_by = announcer
            try:
                announcer.announce(entry.model)
            except Exception as error:  # noqa: BLE001 - a processor of somebody else's may raise
                report(error, "announcing a version")

    # -- the end of the process ----------------------------------------------------------------------------------------

    def _await_at_exit(self) -> None:
        if not self._awaited_at_exit:
            self._awaited_at_exit = True
            _call_before_exit_handlers(self._hasten)
            atexit.register(self._finish)
        # A child of multiprocessing ends without exit handlers, and runs the finalizers of this module instead, those
        # of a high priority first. It begins without its parent's.
        multiprocessing = sys.modules.get("multiprocessing.util")
        if multiprocessing is not None and not self._awaited_in_child:
            self._awaited_in_child = True
            multiprocessing.Finalize(None, self._finish, exitpriority=1)

    def _hasten(self) -> None:
        self.flush(_PATIENCE / 2)

    def _finish(self) -> None:
        if not self.flush(_PATIENCE / 2):
            _logger.warning(
                "The record of a version is lost: it was not written within %g seconds of the process's end. "
                "`verspan doctor` tells what is wrong with the store.",
                _PATIENCE,
            )


def _call_before_exit_handlers(function: Callable[[], object]) -> None:
    """Have a function called when the interpreter ends, before the handlers of :mod:`atexit`, where that can be had.

    Providers and exporters end in those, and what is announced later is late. The standard library's own pools of
    threads use this hook for the like; it has no public name.
    """
    with suppress(AttributeError, RuntimeError):  # gone from this Python, or the interpreter is ending already
        threading._register_atexit(function)  # type: ignore[attr-defined]  # noqa: SLF001 - see above


def _url_of(place: _Place) -> str | None:
    try:
        return place()
    except OSError as error:  # such as a working directory that has been deleted
        _say_no_place(str(error))
        return None


@lru_cache(maxsize=64)  # the place is asked for again and again
def _say_no_place(error: str) -> None:
    _logger.warning(
        "Versions are not recorded, since the place of the store cannot be told (%s). "
        "Start the application in a folder that is there, or set VERSPAN_STORE.",
        error,
    )


def _take_over(entry: _Entry, state: ReadState) -> None:
    entry.capture = state.capture
    model = replace(entry.model, git=entry.model.git or state.git)
    if state.capture is not None:
        model = replace(model, fingerprint=state.capture.fingerprint)
    entry.model = model


def _settled(store: Store, entry: _Entry) -> LoggedModel:
    if entry.named:
        kept = store.upsert_model(entry.model)
        warn_of_record(entry.model, kept)
        if entry.capture is not None:
            store.captures.keep(kept.model_id, entry.capture)
        return kept
    found = store.get_model(entry.model.model_id)
    if found is None or found.name == found.model_id:
        _logger.warning(
            "%s has no record of a version with the id %s: its spans carry the id and no name. "
            "`verspan models` lists versions; verspan.set_active_model(name=...) makes one.",
            store.location,
            entry.model.model_id,
        )
    return found or entry.model
