"""Noting in the store, in the background, which version of the application has used which prompt."""

from __future__ import annotations

import contextvars
import logging
import os
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from opentelemetry.instrumentation.utils import suppress_instrumentation

from verspan.errors import VerspanError
from verspan.instrumentation.guard import report
from verspan.prompts.model import PromptLink

_MAX_KNOWN: Final = 10_000  # links that a process remembers; one that is forgotten is merely noted again
_logger = logging.getLogger(__name__)


class Linker:
    """Notes each link once per process.

    Its thread is a pool's, which the interpreter and the children of multiprocessing wait for when they end.
    """

    def __init__(self) -> None:
        self._known: set[tuple[str, str, int]] = set()
        self.begin_anew()

    def begin_anew(self) -> None:
        """Set up what belongs to one process; also for a forked child, which has no thread of its parent's."""
        self._pool = ThreadPoolExecutor(1, "verspan-prompts")  # which starts no thread before there is work
        self._last: Future[None] | None = None

    def note(self, model_id: str, name: str, version: int) -> None:
        """Have it noted, unless this process has done so, that a version of the application has used a prompt."""
        link = (model_id, name, version)
        if link in self._known:
            return
        if len(self._known) >= _MAX_KNOWN:
            self._known.clear()
        self._known.add(link)
        try:
            # In an empty context, since instrumentation of threads would keep the caller's span alive in ours.
            self._last = contextvars.Context().run(self._pool.submit, _write, PromptLink(*link))
        except RuntimeError:  # the interpreter is ending, and starts no more threads
            _write(PromptLink(*link))

    def flush(self, timeout: float) -> bool:
        """Wait until what was noted is written.

        Args:
            timeout: seconds to wait at the most.

        Returns:
            Whether it is.
        """
        return self._last is None or not wait([self._last], timeout).not_done


linker = Linker()
"""That of this process."""
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=linker.begin_anew)


def _write(link: PromptLink) -> None:
    try:
        from verspan.versions.registry import opened_store

        with suppress_instrumentation(), opened_store() as store:
            store.prompts.link([link])
    except VerspanError as error:
        _logger.warning(
            "It is not noted that version %s has used the prompt %s, version %d; its spans tell it all the same. %s",
            link.model_id,
            link.name,
            link.version,
            error,
        )
    except Exception as error:  # noqa: BLE001 - a thread of ours does not print a traceback into the application
        report(error, "noting the use of a prompt")
