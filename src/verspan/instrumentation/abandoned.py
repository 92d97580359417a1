"""Calls whose stream or response the application dropped without finishing it.

The garbage collector may run anywhere, in the middle of a lock's own code too, so ending a span there could wait for a
lock that this very thread holds. What it finds is put on a queue (``SimpleQueue.put`` may be called from a finalizer)
and finished by a thread of its own.
"""

from __future__ import annotations

import os
import threading
from queue import SimpleQueue
from typing import Protocol

from verspan.background import started_thread


class Unfinished(Protocol):
    """A call that still has to be ended."""

    def finish(self) -> None:
        """End it."""
        ...


class _Reaper:
    """The queue and its thread; a child process gets new ones, since threads do not survive a fork."""

    def __init__(self) -> None:
        self.queue: SimpleQueue[Unfinished | threading.Event] = SimpleQueue()
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread where it does not run yet."""
        with self.lock:
            if self.thread is None:
                self.thread = started_thread(self._work, "verspan-abandoned", daemon=True)

    def _work(self) -> None:
        while True:
            item = self.queue.get()
            if isinstance(item, threading.Event):
                item.set()
            else:
                item.finish()
            del item  # else the last call stays alive until the next one


class _Current:
    reaper = _Reaper()


def _renew() -> None:
    _Current.reaper = _Reaper()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_renew)


def watch() -> None:
    """Be ready to finish what may be dropped; called where a call outlives the function that made it."""
    if _Current.reaper.thread is None:
        _Current.reaper.start()


def finish_later(call: Unfinished) -> None:
    """Have a call ended soon; safe to call from a finalizer."""
    _Current.reaper.queue.put(call)


def wait(timeout: float) -> bool:
    """Wait until what was dropped before now has been ended.

    Args:
        timeout: seconds to wait at the most.

    Returns:
        Whether all of it was.
    """
    reaper = _Current.reaper
    if reaper.thread is None and reaper.queue.empty():
        return True
    reaper.start()
    if reaper.thread is None:  # the system gives no more threads
        return False
    done = threading.Event()
    reaper.queue.put(done)
    return done.wait(max(0.0, timeout))
