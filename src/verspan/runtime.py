"""What has been set up in this process, and waiting for what is under way."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from verspan.settings import Settings, resolve_settings

_logger = logging.getLogger(__name__)


class Flushable(Protocol):
    """An SDK provider."""

    def force_flush(self, timeout_millis: int = ...) -> Any:
        """Send what is pending."""
        ...


@dataclass(frozen=True)
class Runtime:
    """What :func:`verspan.configure` set up."""

    settings: Settings
    destinations: Sequence[str] = ()
    """Where spans go, as a person would name it; empty until the first span is there."""
    joined: bool = False
    """Whether the application's own TracerProvider is used."""
    providers: Sequence[Flushable] = ()
    """The providers that telemetry goes through; empty until the first span is there."""
    exporters: Sequence[str] = ()
    """Names of the exporters that serve them, or will once the first span is there."""


class _Current:
    runtime: Runtime | None = None


def current_runtime() -> Runtime | None:
    """What has been set up, or None before :func:`verspan.configure`."""
    return _Current.runtime


def set_runtime(runtime: Runtime | None) -> None:
    """Remember what has been set up."""
    _Current.runtime = runtime


def current_settings() -> Settings:
    """The settings in force, or those that would be if Verspan were configured now."""
    runtime = _Current.runtime
    return runtime.settings if runtime is not None else resolve_settings()


def flush(timeout: float = 30.0) -> bool:
    """Wait until what has ended is handed to its destination: spans, metrics, events and records.

    Args:
        timeout: seconds to wait at the most, for all of it together.

    Returns:
        Whether everything was handed over in time.
    """
    from verspan.instrumentation import abandoned
    from verspan.prompts.linking import linker
    from verspan.versions import registry

    deadline = time.monotonic() + timeout
    runtime = _Current.runtime
    done = abandoned.wait(timeout)
    # Before the providers, since versions leave through them too.
    done = registry.flush(max(0.0, deadline - time.monotonic())) and done
    done = linker.flush(max(0.0, deadline - time.monotonic())) and done
    for provider in runtime.providers if runtime is not None else ():
        done = _within(deadline, provider.force_flush) and done
    return done


def _within(deadline: float, force_flush: Callable[[int], Any]) -> bool:
    """Flush on a thread of its own: several of the SDK's processors do not look at the time they are given."""
    left = max(0.0, deadline - time.monotonic())
    outcome: list[bool] = []

    def flush_now() -> None:
        try:
            outcome.append(force_flush(int(left * 1000)) is not False)
        except Exception:
            _logger.debug("a provider was not flushed", exc_info=True)

    thread = threading.Thread(target=flush_now, name="verspan-flush", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # no more threads: the interpreter is ending
        flush_now()
    else:
        thread.join(left)
    return outcome == [True]
