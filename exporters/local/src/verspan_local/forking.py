"""What a background writer does when its process forks.

Threads do not survive a fork, and locks may be held by threads that are gone: the child begins with nothing. The store
sees to its own connections, and keeps a fork waiting while it is being written.
"""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class ForkAware(Protocol):
    """What is told about forks, on the thread that forks."""

    def after_fork_in_child(self) -> None:
        """Begin anew."""


_aware: weakref.WeakSet[ForkAware] = weakref.WeakSet()


def tell_about_forks(writer: ForkAware) -> None:
    """Tell a writer about every fork from now on, for as long as something else refers to it."""
    _aware.add(writer)


def _in_child() -> None:
    for writer in list(_aware):
        writer.after_fork_in_child()


if hasattr(os, "register_at_fork"):  # there is no fork on Windows
    os.register_at_fork(after_in_child=_in_child)
