"""Threads of Verspan's own, beside the application's."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable


def started_thread(work: Callable[[], object], name: str, *, daemon: bool) -> threading.Thread | None:
    """Start a thread in an empty context: instrumentation of threads would keep the caller's span alive in it.

    Args:
        work: what it does.
        name: its name, as debuggers show it.
        daemon: whether the interpreter may end without it.

    Returns:
        The thread; None where the system gives no more threads, or the interpreter is ending.
    """
    thread = threading.Thread(target=work, name=name, daemon=daemon)
    try:
        contextvars.Context().run(thread.start)
    except RuntimeError:
        return None
    return thread
