"""Noting in the store, in the background, which version of the application has used which prompt."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from typing import Final

from opentelemetry.instrumentation.utils import suppress_instrumentation

from verspan.background import started_thread
from verspan.errors import VerspanError
from verspan.instrumentation.guard import report
from verspan.prompts.model import PromptLink

_MAX_KNOWN: Final = 10_000  # links that a process remembers; one that is forgotten is merely noted again
_logger = logging.getLogger(__name__)


class Linker:
    """Notes each link once per process.

    Its thread ends when nothing is left, so that an idle process may fork; the end of the process waits for it.
    """

    def __init__(self) -> None:
        self._known: set[tuple[str, str, int]] = set()
        self.begin_anew()

    def begin_anew(self) -> None:
        """Set up what belongs to one process; also for a forked child, which has no thread of its parent's."""
        self._lock = threading.Lock()
        self._pending: list[PromptLink] = []
        self._thread: threading.Thread | None = None

    def note(self, model_id: str, name: str, version: int) -> None:
        """Have it noted, unless this process has done so, that a version of the application has used a prompt."""
        link = (model_id, name, version)
        if link in self._known:
            return
        with self._lock:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known.add(link)
            self._pending.append(PromptLink(*link))
            at_work = self._thread is not None or self._start_thread()
        if not at_work:
            self._work()

    def flush(self, timeout: float) -> bool:
        """Wait until what was noted is written.

        Args:
            timeout: seconds to wait at the most.

        Returns:
            Whether it is.
        """
        with self._lock:  # under which it is started: one that is not yet cannot be joined
            thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def _start_thread(self) -> bool:
        self._thread = started_thread(self._work, "verspan-prompts", daemon=False)
        return self._thread is not None

    def _work(self) -> None:
        while links := self._next():
            _write(links)

    def _next(self) -> Sequence[PromptLink]:
        with self._lock:
            links, self._pending = self._pending, []
            if not links:
                self._thread = None
        return links


linker = Linker()
"""That of this process."""
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=linker.begin_anew)


def _write(links: Sequence[PromptLink]) -> None:
    try:
        from verspan.versions.registry import opened_store

        with suppress_instrumentation(), opened_store() as store:
            store.prompts.link(links)
    except VerspanError as error:
        for link in links:
            _logger.warning(
                "It is not noted that %s has used the prompt %s, version %d; its spans tell it all the same. %s",
                link.model_id,
                link.name,
                link.version,
                error,
            )
    except Exception as error:  # noqa: BLE001 - a thread of ours does not print a traceback into the application
        report(error, "noting the use of a prompt")
