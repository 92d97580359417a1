"""A TracerProvider that stands in for the application's own until that is set, or until the first span needs one."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import NoOpTracerProvider, Span, Tracer, TracerProvider
from opentelemetry.util._decorator import _agnosticcontextmanager

from verspan.instrumentation.guard import report


class StandIn(TracerProvider):
    """The provider of a process that has none of its own.

    Its tracers pass every span on: to the application's own provider once that is set, until then to one that is made
    for the first span. Whatever else is asked of it is answered by the one that is made.
    """

    def __init__(self, make: Callable[[], TracerProvider]) -> None:
        self._make = make
        self._begin()
        atexit.register(self.shutdown)
        if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
            os.register_at_fork(after_in_child=self._begin_unless_made)

    def _begin(self) -> None:
        self._made: Any = None
        self._tried = False
        self._lock = threading.RLock()

    def _begin_unless_made(self) -> None:
        # Another thread may have held the lock when this process was forked.
        if self._made is None:
            self._begin()

    def get_tracer(
        self,
        instrumenting_module_name: str,
        instrumenting_library_version: str | None = None,
        schema_url: str | None = None,
        attributes: Any = None,
    ) -> Tracer:
        """A tracer that is to be had before anything is made."""
        return _StandInTracer(self, (instrumenting_module_name, instrumenting_library_version, schema_url, attributes))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.made(), name)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what is held; False where not all of it was sent."""
        return self._made is None or self._made.force_flush(timeout_millis)

    def shutdown(self) -> None:
        """Send what is held and take nothing more; done by itself when the process ends."""
        atexit.unregister(self.shutdown)
        if self._made is not None:
            self._made.shutdown()

    @property
    def is_made(self) -> bool:
        """Whether the provider behind this one is there."""
        return self._made is not None

    def in_force(self) -> TracerProvider:
        """The provider that makes spans now: the application's own, or the one behind this."""
        current = trace.get_tracer_provider()
        return current if current is not self else self._made or self.made()

    def made(self) -> Any:
        """The provider behind this one, which is made where it is not there yet.

        One that makes no spans where it cannot be made, and for spans that the making itself starts.
        """
        if self._made is not None:
            return self._made
        with self._lock:
            if not self._tried:
                self._tried = True
                self._made = self._make_or_none()
            return self._made if self._made is not None else NoOpTracerProvider()

    def _make_or_none(self) -> Any:
        try:
            return self._make()
        except Exception as error:  # noqa: BLE001 - the application goes on without spans
            report(error, "setting up tracing for the first span")
            return None


class _StandInTracer(Tracer):
    """A tracer that asks for the provider in force at each span; the provider's own tracer is looked up once."""

    def __init__(self, provider: StandIn, scope: tuple[Any, ...]) -> None:
        self._provider = provider
        self._scope = scope
        self._real: tuple[TracerProvider | None, Tracer] = (None, trace.NoOpTracer())

    def _tracer(self) -> Tracer:
        provider = self._provider.in_force()
        known, tracer = self._real
        if known is not provider:
            tracer = provider.get_tracer(*self._scope)
            self._real = (provider, tracer)
        return tracer

    def start_span(self, *args: Any, **kwargs: Any) -> Span:
        return self._tracer().start_span(*args, **kwargs)

    @_agnosticcontextmanager  # as OpenTelemetry's own proxy has it: a context manager, and a decorator that waits
    def start_as_current_span(self, *args: Any, **kwargs: Any) -> Iterator[Span]:
        with self._tracer().start_as_current_span(*args, **kwargs) as span:
            yield span


def install(stand_in: StandIn, told: Callable[[TracerProvider], None]) -> None:
    """Make a stand-in the process's provider until the application sets its own.

    OpenTelemetry sets a provider once in a process and refuses every other, so a provider that is only there for want
    of another must not take that chance: it would leave the application that sets its own later without its spans.
    There is no public way to set one provisionally, hence the private names, which have been the same since 1.0.

    Args:
        stand_in: what stands in.
        told: called with the application's provider when it is set, on the thread that sets it.
    """
    set_for_good = trace._set_tracer_provider  # noqa: SLF001 - see above

    def set_and_tell(tracer_provider: TracerProvider, log: bool) -> None:  # noqa: FBT001 - OpenTelemetry's signature
        stands_in = trace.get_tracer_provider() is stand_in
        set_for_good(tracer_provider, log)
        if stands_in and trace.get_tracer_provider() is tracer_provider:
            told(tracer_provider)

    trace._set_tracer_provider = set_and_tell  # noqa: SLF001 - likewise
    trace._TRACER_PROVIDER = stand_in  # noqa: SLF001 - likewise
