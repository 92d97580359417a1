"""What has been set up in this process, and waiting for what is under way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from verspan.settings import Settings, resolve_settings


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
    """Where spans go, as a person would name it."""
    joined: bool = False
    """Whether the application's own TracerProvider is used."""
    providers: Sequence[Flushable] = ()


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
    """Wait until what has ended is handed to its destination: spans, metrics, events and version records.

    Args:
        timeout: seconds to wait at the most, for all of it together.

    Returns:
        Whether everything was handed over in time.
    """
    from verspan.instrumentation import abandoned
    from verspan.versions import registry

    deadline = time.monotonic() + timeout
    runtime = _Current.runtime
    done = abandoned.wait(timeout)
    for provider in runtime.providers if runtime is not None else ():
        done = _bounded(provider.force_flush, deadline) and done
    return registry.flush(max(0.0, deadline - time.monotonic())) and done


def _bounded(force_flush: Callable[[int], Any], deadline: float) -> bool:
    left = max(1, int((deadline - time.monotonic()) * 1000))
    return force_flush(left) is not False
