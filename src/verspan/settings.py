"""What Verspan was told to do: arguments first, then the environment, then defaults."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias, TypeVar

from verspan.errors import InvalidArgumentError
from verspan.semconv import (
    ENV_CAPTURE_CONTENT,
    ENV_EXPORTERS,
    ENV_PROPAGATE_TO,
    ENV_REDACT,
    ENV_SPOOL,
    ENV_STABILITY_OPT_IN,
    ENV_STORE,
    ENV_STREAM_USAGE,
    ENV_TRUST_BAGGAGE,
)

_Choice = TypeVar("_Choice", bound=Enum)
_logger = logging.getLogger(__name__)

STORE_FOLDER = ".verspan"
STORE_FILE = "verspan.db"
_SPOOL_FOLDER = "spool"
LOCAL_EXPORTER = "local"
"""The exporter whose destination is the store, and which alone may keep content that goes nowhere else."""
OTLP_EXPORTER = "otlp"
PRIVATE_HOSTS = "private"
"""Stands for addresses and names that are never public."""
_SQLITE = "sqlite:///"
_OTLP_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_TRACES_EXPORTER = "OTEL_TRACES_EXPORTER"
_SDK_DISABLED = "OTEL_SDK_DISABLED"
_NONE = "none"
_LOCAL_FOR_OTEL = "verspan"  # the name under which OpenTelemetry's own set-up finds the local exporter


RedactionSpec: TypeAlias = "Callable[[str], str] | re.Pattern[str] | str"
"""A function or :class:`verspan.redaction.Rule`, a pattern, or the name of a built-in rule."""


class ContentMode(str, Enum):
    """Where messages, inputs and outputs may go.

    The last four are the values of OpenTelemetry's ``OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT``. Where
    nothing is set it is ``LOCAL``: content is kept in the local store, which stays on the machine, and is on no span.
    """

    LOCAL = "LOCAL"
    NO_CONTENT = "NO_CONTENT"
    SPAN_ONLY = "SPAN_ONLY"
    EVENT_ONLY = "EVENT_ONLY"
    SPAN_AND_EVENT = "SPAN_AND_EVENT"

    @classmethod
    def _missing_(cls, value: object) -> ContentMode | None:
        return cls.__members__.get(str(value).strip().upper())

    @property
    def captured(self) -> bool:
        """Whether content goes anywhere."""
        return self is not ContentMode.NO_CONTENT

    @property
    def on_spans(self) -> bool:
        """Whether content is set on spans, and so goes wherever spans go."""
        return self in (ContentMode.SPAN_ONLY, ContentMode.SPAN_AND_EVENT)

    @property
    def on_events(self) -> bool:
        """Whether content is sent as log events."""
        return self in (ContentMode.EVENT_ONLY, ContentMode.SPAN_AND_EVENT)


class MetricDialect(str, Enum):
    """Which names the GenAI client metrics have."""

    V1_41 = "1.41"
    """``gen_ai.client.operation.duration`` and ``gen_ai.client.token.usage``: what dashboards know today."""
    DEVELOPMENT = "dev"
    """``gen_ai.client.inference.*``: the conventions' newest text."""


@dataclass(frozen=True)
class Settings:
    """Everything that is decided before the first span."""

    store_url: str
    """Where versions and traces are kept, as ``sqlite:///path``."""
    exporters: tuple[str, ...]
    """Where spans go, in order: ``local``, ``otlp``, or what another package registers as ``verspan_exporter``."""
    content: ContentMode = ContentMode.LOCAL
    metric_dialect: MetricDialect = MetricDialect.V1_41
    exporters_chosen: bool = False
    """Whether the exporters were named for Verspan, by an argument or ``VERSPAN_EXPORTERS``."""
    propagate_to: tuple[str, ...] = (PRIVATE_HOSTS,)
    """Hosts that are told of the version and the session in W3C baggage, as patterns; empty for none."""
    trust_baggage: bool = True
    """Whether a caller's word is taken for its version and session."""
    redact: tuple[RedactionSpec, ...] = ()
    """What is taken out of every text: functions, patterns, rules and names of built-in ones; empty for nothing."""
    stream_usage: bool = False
    """Whether streams that would tell no tokens are asked for them, which the application does not see."""


def resolve_settings(  # noqa: PLR0913 - each is a setting, by keyword
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
    """Settings from arguments, the environment and defaults.

    Args:
        store: a path or a URL; else ``VERSPAN_STORE``; else ``.verspan/verspan.db`` at the repository's root.
        exporters: names, or one text of names with commas between them; ``none`` for nowhere; else
            ``VERSPAN_EXPORTERS``; else ``OTEL_TRACES_EXPORTER``; else ``otlp`` where an OTLP endpoint is set and
            ``local`` where none is.
        content: a mode or its name; else OpenTelemetry's variable; else ``LOCAL``.
        metric_dialect: a dialect or its name; else ``dev`` where ``OTEL_SEMCONV_STABILITY_OPT_IN`` has
            ``gen_ai_latest_experimental``; else ``1.41``.
        propagate_to: hosts, or one text of hosts with commas between them; ``none`` for nowhere; else
            ``VERSPAN_PROPAGATE_TO``; else ``private``.
        trust_baggage: whether a caller is believed; else ``VERSPAN_TRUST_BAGGAGE``; else yes.
        redact: one redaction or several; of a text, the names in it with commas between them; else ``VERSPAN_REDACT``;
            else none.
        stream_usage: whether streams are asked for their tokens; else ``VERSPAN_STREAM_USAGE``; else no.

    Raises:
        InvalidArgumentError: an argument is none of the values it may have. What the environment says wrong is logged
            and left out, since an application must not fail for it.
    """
    chosen = exporters if exporters is not None else os.environ.get(ENV_EXPORTERS) or None
    return Settings(
        store_url=store_url(store),
        exporters=_exporters(chosen) if chosen is not None else _default_exporters(),
        exporters_chosen=chosen is not None,
        content=_argument(ContentMode, content, "content") if content is not None else _content_from_environment(),
        metric_dialect=(
            _argument(MetricDialect, metric_dialect, "metric_dialect")
            if metric_dialect is not None
            else _dialect_from_environment()
        ),
        propagate_to=_hosts(propagate_to if propagate_to is not None else os.environ.get(ENV_PROPAGATE_TO) or None),
        trust_baggage=_switch(trust_baggage, ENV_TRUST_BAGGAGE, default=True),
        redact=_redactions(redact if redact is not None else os.environ.get(ENV_REDACT, "")),
        stream_usage=_switch(stream_usage, ENV_STREAM_USAGE, default=False),
    )


def exporters_beside_others(settings: Settings) -> tuple[str, ...]:
    """The exporters to add to a TracerProvider of the application's own, which has exporters already.

    Those that were named for Verspan. Where none was, its own exporters serve an OTLP endpoint and whatever
    ``OTEL_TRACES_EXPORTER`` names, and what is left is the store, unless spans go to a collector or nowhere.
    """
    if settings.exporters_chosen:
        return settings.exporters
    named = _names(os.environ.get(_TRACES_EXPORTER, ""))
    elsewhere = _has_otlp_endpoint() or _NONE in named or _LOCAL_FOR_OTEL in named
    return () if elsewhere else (LOCAL_EXPORTER,)


def sdk_disabled() -> bool:
    """Whether ``OTEL_SDK_DISABLED`` says that nothing is to be recorded."""
    return os.environ.get(_SDK_DISABLED, "").strip().lower() == "true"


def store_url(store: str | os.PathLike[str] | None = None) -> str:
    """The store's URL from an argument, ``VERSPAN_STORE`` or the default place.

    A text without ``://`` is taken for a path. A relative path is made absolute now, since the store is opened later,
    when the working directory may be another.

    Raises:
        InvalidArgumentError: the argument is a URL of no store that this Verspan knows. Of a variable that is, whoever
            opens the store says so.
    """
    place = os.fspath(store) if store is not None else os.environ.get(ENV_STORE) or None
    if place is None:
        return f"{_SQLITE}{repository_root() / STORE_FOLDER / STORE_FILE}"
    path = place.removeprefix(_SQLITE)
    if path and "://" not in path:
        return f"{_SQLITE}{Path(path).expanduser().absolute()}"
    if store is not None:
        raise InvalidArgumentError(f"store={place!r} is neither a path nor {_SQLITE} and a path")
    return place


def spool_folder(store: str) -> Path:
    """Where spans wait: ``VERSPAN_SPOOL``, else ``spool`` in the store's folder.

    Args:
        store: the store's URL.
    """
    chosen = os.environ.get(ENV_SPOOL)
    return Path(chosen).expanduser().absolute() if chosen else store_folder(store) / _SPOOL_FOLDER


def store_folder(store: str) -> Path:
    """Where a store's larger contents are: the ``.verspan`` folder that it is in, or one beside it.

    Args:
        store: the store's URL. That of a server has no folder, and the repository's is taken.
    """
    path = store.removeprefix(_SQLITE)
    folder = Path(path).parent if path != store else repository_root() / STORE_FOLDER
    return folder if folder.name == STORE_FOLDER else folder / STORE_FOLDER


def repository_root(start: Path | None = None) -> Path:
    """The nearest folder upward that git knows as a working tree's root; the start itself where there is none."""
    here = (start or _working_folder()).absolute()
    for folder in (here, *here.parents):
        if os.path.exists(folder / ".git"):  # noqa: PTH110 - of a folder that may not be read it says no
            return folder
    return here


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it has been removed under the process
        return Path.home()


def _exporters(chosen: Sequence[str]) -> tuple[str, ...]:
    names = _names(chosen) if isinstance(chosen, str) else chosen
    known = (LOCAL_EXPORTER if name == _LOCAL_FOR_OTEL else name for name in names if name != _NONE)
    return tuple(dict.fromkeys(known))


def _names(listed: str) -> list[str]:
    return [name for name in map(str.strip, listed.split(",")) if name]


def _hosts(chosen: Sequence[str] | None) -> tuple[str, ...]:
    if chosen is None:
        return (PRIVATE_HOSTS,)
    named = _names(chosen) if isinstance(chosen, str) else chosen
    return tuple(dict.fromkeys(host for host in named if host != _NONE))


def _redactions(chosen: RedactionSpec | Sequence[RedactionSpec]) -> tuple[RedactionSpec, ...]:
    if isinstance(chosen, str):
        return tuple(_names(chosen))
    return tuple(chosen) if isinstance(chosen, Iterable) else (chosen,)


def _default_exporters() -> tuple[str, ...]:
    named = os.environ.get(_TRACES_EXPORTER)
    if named:
        return _exporters(named)
    return (OTLP_EXPORTER,) if _has_otlp_endpoint() else (LOCAL_EXPORTER,)


def _has_otlp_endpoint() -> bool:
    return any(os.environ.get(name) for name in _OTLP_ENDPOINTS)


def _content_from_environment() -> ContentMode:
    raw = os.environ.get(ENV_CAPTURE_CONTENT)
    return _content_named(raw) if raw else ContentMode.LOCAL


@lru_cache(maxsize=8)  # settings are resolved more than once, and what is wrong is said once
def _content_named(raw: str) -> ContentMode:
    try:
        return ContentMode(raw)
    except ValueError:
        # OpenTelemetry's own reading of a value it does not know, `true` included, is to capture nothing.
        _logger.warning(
            "%s=%r is none of %s: no message content is captured",
            ENV_CAPTURE_CONTENT,
            raw,
            ", ".join(mode.value for mode in ContentMode),
        )
        return ContentMode.NO_CONTENT


def _switch(chosen: bool | None, variable: str, *, default: bool) -> bool:  # noqa: FBT001 - an argument as it was given
    """Whether something is on, by an argument, else a variable, else the default."""
    if chosen is not None:
        return chosen
    raw = os.environ.get(variable)
    return _switch_named(variable, raw) if raw else default


@lru_cache(maxsize=8)  # likewise
def _switch_named(variable: str, raw: str) -> bool:
    on = raw.strip().lower() == "true"
    if not on and raw.strip().lower() != "false":
        _logger.warning("%s=%r is neither true nor false: it counts as false", variable, raw)
    return on


def _dialect_from_environment() -> MetricDialect:
    opted_in = os.environ.get(ENV_STABILITY_OPT_IN, "").split(",")
    newest = "gen_ai_latest_experimental" in [name.strip() for name in opted_in]
    return MetricDialect.DEVELOPMENT if newest else MetricDialect.V1_41


def _argument(kind: type[_Choice], value: _Choice | str, name: str) -> _Choice:
    try:
        return kind(value)
    except ValueError as error:
        choices = ", ".join(str(choice.value) for choice in kind)
        raise InvalidArgumentError(f"{name}={value!r} is none of {choices}") from error
