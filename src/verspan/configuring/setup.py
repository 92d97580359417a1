"""``configure``: decides what is recorded and where it goes; calling it again changes what was decided."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import ProxyTracerProvider, TracerProvider

from verspan.configuring.exporters import check_exporters
from verspan.configuring.stand_in import StandIn, install
from verspan.context import set_automatic_version
from verspan.instrumentation.guard import report
from verspan.instrumentation.policy import Policy, set_policy
from verspan.propagation.borders import Borders, set_borders
from verspan.propagation.callbacks import carry_into_callbacks
from verspan.propagation.installing import carry_across_services
from verspan.propagation.processes import carry_into_processes
from verspan.redaction import Redactor
from verspan.redaction.active import redactor_of, set_redactor
from verspan.runtime import Runtime, current_runtime, set_runtime
from verspan.settings import (
    LOCAL_EXPORTER,
    ContentMode,
    MetricDialect,
    RedactionSpec,
    Settings,
    exporters_beside_others,
    resolve_settings,
    sdk_disabled,
)
from verspan.versions.registry import configure_recording

_logger = logging.getLogger(__name__)


class _State:
    """What has been set up in this process."""

    def __init__(self) -> None:
        self.chosen: dict[str, Any] = {}
        """What ``configure`` has been told, by the names of its arguments."""
        self.stand_in: StandIn | None = None
        self.wiring: Any = None
        """A :class:`~verspan.configuring.wiring.Wiring`, once the SDK is needed."""
        self.renew_lock()
        if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
            os.register_at_fork(after_in_child=self.renew_lock)

    def renew_lock(self) -> None:
        """Replace the lock, which another thread may have held when this process was forked."""
        self.lock = threading.RLock()


_state = _State()


def configure(  # noqa: PLR0913 - each is a setting, by keyword
    *,
    store: str | os.PathLike[str] | None = None,
    exporters: Sequence[str] | None = None,
    content: ContentMode | str | None = None,
    metric_dialect: MetricDialect | str | None = None,
    propagate_to: Sequence[str] | None = None,
    trust_baggage: bool | None = None,
    redact: RedactionSpec | Sequence[RedactionSpec] | None = None,
    stream_usage: bool | None = None,
) -> Settings:
    """Set up tracing: join the application's TracerProvider, or provide one where there is none.

    ``autolog()`` calls it without arguments; call it before or after to choose. What a call does not name stays as an
    earlier call had it. A call with arguments replaces the exporters, and those that it replaces send what they hold.

    An application may set its own TracerProvider before or after: it is joined as soon as it is set. A span that starts
    while no version is active makes one so: the application's folder and what git calls its state.

    Args:
        store: a path or a URL such as ``sqlite:///traces.db``; by default ``VERSPAN_STORE``, else
            ``.verspan/verspan.db`` at the repository's root.
        exporters: where spans go, such as ``["local", "otlp"]``; by default ``VERSPAN_EXPORTERS``, else ``otlp`` where
            an OTLP endpoint is set, else ``local``. Where the application has its own provider and an endpoint is set,
            its own exporter sends the spans and none is added.
        content: where messages, inputs and outputs may go (:class:`~verspan.settings.ContentMode`).
        metric_dialect: ``"1.41"`` or ``"dev"`` (:class:`~verspan.settings.MetricDialect`).
        propagate_to: hosts that requests may tell of the version and the session, such as
            ``["private", "*.example.com"]``; by default ``VERSPAN_PROPAGATE_TO``, else ``private``: addresses and names
            that are never public.
        trust_baggage: whether what a caller says of its version and session is taken; by default
            ``VERSPAN_TRUST_BAGGAGE``, else yes.
        redact: what is taken out of every text before it is written anywhere: a function, or several of ``"keys"``,
            ``"email"``, ``"phone"``, ``"card"``, ``"presidio"``, compiled patterns, :class:`verspan.redaction.Rule` and
            functions; by default ``VERSPAN_REDACT``, else nothing.
        stream_usage: whether streams of chat that would tell no tokens are asked for them, which changes the request
            and nothing of what the application is given; by default ``VERSPAN_STREAM_USAGE``, else no.

    Returns:
        The settings in force.

    Raises:
        InvalidArgumentError: an argument is none of the values it may have, or no installed package has an exporter of
            that name. An exporter that the environment names and that is not there is logged instead.
        MissingPackageError: the package of the exporter ``otlp``, or Presidio, is named and not installed.
    """
    named = {
        "store": store,
        "exporters": exporters,
        "content": content,
        "metric_dialect": metric_dialect,
        "propagate_to": propagate_to,
        "trust_baggage": trust_baggage,
        "redact": redact,
        "stream_usage": stream_usage,
    }
    given = {name: value for name, value in named.items() if value is not None}
    with _state.lock:
        runtime = current_runtime()
        if runtime is not None and not given:
            return runtime.settings
        chosen = {**_state.chosen, **given}
        settings = resolve_settings(**chosen)
        if exporters is not None:
            check_exporters(settings.exporters)
        if redact is not None:
            Redactor(settings.redact)
        _state.chosen = chosen
        _set_up(settings)
        _open_borders(settings)
        return settings


def _name_version() -> None:
    # Nothing is asked of git before the first span: many a process makes none, and may name its version until then.
    from verspan.versions.choice import choose

    set_automatic_version(choose(None, None).version)


def _open_borders(settings: Settings) -> None:
    if not sdk_disabled():
        set_borders(Borders.by(settings))
        carry_across_services()
        carry_into_processes()
        carry_into_callbacks()


def _set_up(settings: Settings) -> None:
    set_redactor(redactor_of(settings.redact))  # before there is anything that writes
    provider = trace.get_tracer_provider()
    if sdk_disabled():
        _put_in_force(Runtime(settings))
    elif provider is _state.stand_in and _state.stand_in is not None:
        _set_up_our_own(settings, _state.stand_in)
    elif isinstance(provider, ProxyTracerProvider):
        _put_in_force(Runtime(settings, exporters=settings.exporters))
        _state.stand_in = StandIn(_make_provider)
        install(_state.stand_in, _join_late)
    else:
        _join(provider, settings)


def _set_up_our_own(settings: Settings, stand_in: StandIn) -> None:
    if stand_in.is_made:
        _connect(stand_in.made(), settings, settings.exporters, joined=False)
    else:
        _put_in_force(Runtime(settings, exporters=settings.exporters))


def _make_provider() -> TracerProvider:
    from verspan.configuring.wiring import make_tracer_provider

    with _state.lock:
        provider = make_tracer_provider(_name_version)
        runtime = current_runtime()
        settings = runtime.settings if runtime is not None else resolve_settings()
        _connect(provider, settings, settings.exporters, joined=False)
    return provider


def _join_late(provider: TracerProvider) -> None:
    try:
        with _state.lock:
            runtime = current_runtime()
            if runtime is not None:
                _join(provider, runtime.settings)
    except Exception as error:  # noqa: BLE001 - the application sets its provider, whatever becomes of ours
        report(error, "joining the application's TracerProvider")


def _join(provider: TracerProvider, settings: Settings) -> None:
    if hasattr(provider, "add_span_processor"):
        _connect(provider, settings, exporters_beside_others(settings), joined=True)
        return
    _put_in_force(Runtime(settings, joined=True))
    _logger.warning(
        "The application's TracerProvider (%s) takes no span processors: its spans carry no version and are not "
        "recorded. Set a TracerProvider of opentelemetry-sdk, or one that has its add_span_processor.",
        type(provider).__qualname__,
    )


def _connect(provider: TracerProvider, settings: Settings, exporters: Sequence[str], *, joined: bool) -> None:
    from verspan.configuring.wiring import Wiring

    if _state.wiring is None:
        _state.wiring = Wiring(_name_version)
    _put_in_force(_state.wiring.connect(provider, settings, exporters, joined=joined))


def _put_in_force(runtime: Runtime) -> None:
    local = LOCAL_EXPORTER in runtime.exporters
    settings = runtime.settings
    set_policy(Policy(settings.content, local, settings.metric_dialect, stream_usage=settings.stream_usage))
    configure_recording(runtime.settings.store_url if local else None)
    set_runtime(runtime)
