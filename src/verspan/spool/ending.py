"""Having something done when a process ends, whichever way Python lets it end."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable


def call_when_process_ends(function: Callable[[], object]) -> None:
    """Call a function when the interpreter, or a child of :mod:`multiprocessing`, ends; see :func:`forget_ending`."""
    atexit.register(function)
    if "multiprocessing.util" in sys.modules:
        from multiprocessing import parent_process, util

        # Before Python 3.13 a child of multiprocessing ends without atexit, and runs these finalizers instead.
        if parent_process() is not None:
            util.Finalize(None, function, exitpriority=0)


def forget_ending(function: Callable[[], object]) -> None:
    """Call it no more at the interpreter's end."""
    atexit.unregister(function)
