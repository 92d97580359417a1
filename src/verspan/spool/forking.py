"""What a spool does when its process forks.

Threads do not survive a fork, and locks may be held by threads that are gone: the child begins with nothing.
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


def tell_about_forks(spool: ForkAware) -> None:
    """Tell a spool about every fork from now on, for as long as something else refers to it."""
    _aware.add(spool)


def _in_child() -> None:
    for spool in list(_aware):
        spool.after_fork_in_child()


if hasattr(os, "register_at_fork"):  # there is no fork on Windows
    os.register_at_fork(after_in_child=_in_child)
