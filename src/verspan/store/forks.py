"""Forks of a process that has stores open.

A child has a copy of everything its parent has in memory, and none of its threads. What another thread of the parent
holds at that moment, a lock of SQLite's among it, nobody in the child will ever let go; and SQLite remembers which
locks on the file its process holds, which the child would take for its own. So a fork waits until nobody is at work in
a store, and the child begins with connections of its own.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_TIMEOUT_S = 5.0  # a fork is not kept waiting longer, whatever somebody is doing in a store


class Gate:
    """Lets threads pass but while a fork is under way."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._mine = threading.local()
        self._inside = 0
        self._closed = False

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Wait while the gate is closed, and be known to be inside until the end; who is inside already passes."""
        if getattr(self._mine, "inside", False):
            yield
            return
        with self._changed:
            self._changed.wait_for(lambda: not self._closed)
            self._inside += 1
        self._mine.inside = True
        try:
            yield
        finally:
            self._mine.inside = False
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Let nobody in any more, and wait until everybody is out."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._inside, timeout=_TIMEOUT_S)

    def open(self) -> None:
        """Let those who wait pass."""
        with self._changed:
            self._closed = False
            self._changed.notify_all()


class Forked(Protocol):
    """What has to do something when its process forks."""

    def before_fork(self) -> None:
        """Let go of what the child must not inherit; nobody is at work."""
        ...

    def after_fork_in_child(self) -> None:
        """Start afresh."""
        ...


class _Process:
    gate = Gate()


@contextmanager
def at_work() -> Iterator[None]:
    """Be at work in a store of this process, whichever it is: a fork waits for the end of it.

    There is one gate for all of them, since another thread may be about to make one while a fork begins. Loading what a
    store needs is work too: a module's lock that is held when a process forks stays held in the child.
    """
    with _Process.gate.passing():
        yield


_forked: weakref.WeakSet[Forked] = weakref.WeakSet()


def heed_forks(one: Forked) -> None:
    """Tell an object of every fork for as long as it lives."""
    _forked.add(one)


def _before() -> None:
    _Process.gate.close()
    for one in list(_forked):
        one.before_fork()


def _in_parent() -> None:
    _Process.gate.open()


def _in_child() -> None:
    _Process.gate = Gate()
    for one in list(_forked):
        one.after_fork_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
