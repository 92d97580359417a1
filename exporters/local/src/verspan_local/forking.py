"""What a background writer does when its process forks.

Threads do not survive a fork, locks may be held by threads that are gone, and SQLite warns of carrying an open database
across a fork (https://www.sqlite.org/howtocorrupt.html, section 2.6): what a child inherits makes SQLite believe in
locks that the child does not have. So the store is closed before, and the child begins with nothing.
"""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class ForkAware(Protocol):
    """What is told about forks; each method runs on the thread that forks."""

    def before_fork(self) -> None:
        """Let go of what a child must not inherit."""

    def after_fork_in_parent(self) -> None:
        """Go on."""

    def after_fork_in_child(self) -> None:
        """Begin anew."""


_aware: weakref.WeakSet[ForkAware] = weakref.WeakSet()


def tell_about_forks(writer: ForkAware) -> None:
    """Tell a writer about every fork from now on, for as long as something else refers to it."""
    _aware.add(writer)


def _before() -> None:
    for writer in list(_aware):
        writer.before_fork()


def _in_parent() -> None:
    for writer in list(_aware):
        writer.after_fork_in_parent()


def _in_child() -> None:
    for writer in list(_aware):
        writer.after_fork_in_child()


if hasattr(os, "register_at_fork"):  # there is no fork on Windows
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
