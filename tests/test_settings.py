"""What Verspan was told to do: arguments first, then the environment, then defaults."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from verspan import settings
from verspan.errors import InvalidArgumentError
from verspan.settings import (
    ContentMode,
    MetricDialect,
    Settings,
    exporters_beside_others,
    resolve_settings,
    sdk_disabled,
    store_url,
)

CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of the test's own in no repository, and no variable of Verspan's or OpenTelemetry's."""
    for name in os.environ:
        if name.startswith(("VERSPAN_", "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    settings._content_named.cache_clear()


def test_defaults(tmp_path: Path) -> None:
    """Where nothing is said, everything goes to the local store, content included, by the metric names of today."""
    assert resolve_settings() == Settings(
        store_url=f"sqlite:///{tmp_path}/.verspan/verspan.db",
        exporters=("local",),
        content=ContentMode.LOCAL,
        metric_dialect=MetricDialect.V1_41,
        exporters_chosen=False,
    )


def test_arguments_come_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An argument wins over every variable."""
    monkeypatch.setenv("VERSPAN_STORE", "elsewhere.db")
    monkeypatch.setenv("VERSPAN_EXPORTERS", "console")
    monkeypatch.setenv(CONTENT, "NO_CONTENT")
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "gen_ai_latest_experimental")
    assert resolve_settings(
        store=tmp_path / "traces.db", exporters=["local", "otlp"], content="SPAN_ONLY", metric_dialect="1.41"
    ) == Settings(
        store_url=f"sqlite:///{tmp_path}/traces.db",
        exporters=("local", "otlp"),
        content=ContentMode.SPAN_ONLY,
        metric_dialect=MetricDialect.V1_41,
        exporters_chosen=True,
    )


@pytest.mark.parametrize(
    ("variables", "exporters", "chosen"),
    [
        ({"VERSPAN_EXPORTERS": "local,otlp"}, ("local", "otlp"), True),
        ({"VERSPAN_EXPORTERS": " local , otlp ,, local"}, ("local", "otlp"), True),
        ({"VERSPAN_EXPORTERS": "none"}, (), True),
        ({"VERSPAN_EXPORTERS": "otlp", "OTEL_TRACES_EXPORTER": "console"}, ("otlp",), True),
        ({"VERSPAN_EXPORTERS": "", "OTEL_TRACES_EXPORTER": "console,otlp"}, ("console", "otlp"), False),
        ({"OTEL_TRACES_EXPORTER": "none"}, (), False),
        ({"OTEL_TRACES_EXPORTER": "verspan"}, ("local",), False),
        ({"OTEL_TRACES_EXPORTER": "console", ENDPOINT: "http://localhost:4318"}, ("console",), False),
        ({ENDPOINT: "http://localhost:4318"}, ("otlp",), False),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318/v1/traces"}, ("otlp",), False),
        ({ENDPOINT: ""}, ("local",), False),
    ],
)
def test_exporters_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, *, variables: dict[str, str], exporters: tuple[str, ...], chosen: bool
) -> None:
    """Verspan's variable comes before OpenTelemetry's, that before an endpoint, and an endpoint before the store."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = resolve_settings()
    assert (found.exporters, found.exporters_chosen) == (exporters, chosen)


@pytest.mark.parametrize(
    ("variables", "exporters"),
    [
        ({}, ("local",)),
        ({ENDPOINT: "http://localhost:4318"}, ()),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, ("local",)),
        ({"OTEL_TRACES_EXPORTER": "console"}, ("local",)),
        ({"OTEL_TRACES_EXPORTER": "none"}, ()),
        ({"OTEL_TRACES_EXPORTER": "verspan"}, ()),
        ({"VERSPAN_EXPORTERS": "otlp,local", ENDPOINT: "http://localhost:4318"}, ("otlp", "local")),
        ({"VERSPAN_EXPORTERS": "none"}, ()),
    ],
)
def test_exporters_beside_others(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], exporters: tuple[str, ...]
) -> None:
    """Beside an application's own exporters there is what was named for Verspan, else the store if no collector is."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert exporters_beside_others(resolve_settings()) == exporters


@pytest.mark.parametrize("exporters", ["local, otlp", ["local", "otlp"], ("local", "otlp", "local")])
def test_exporters_as_text(exporters: Any) -> None:
    """Exporters are given as a sequence or as one text with commas, and each counts once."""
    assert resolve_settings(exporters=exporters).exporters == ("local", "otlp")


@pytest.mark.parametrize(
    ("raw", "mode"), [(mode.value.lower(), mode) for mode in ContentMode] + [("", ContentMode.LOCAL)]
)
def test_content_variable(monkeypatch: pytest.MonkeyPatch, raw: str, mode: ContentMode) -> None:
    """OpenTelemetry's content variable takes each mode in any case; where it is empty content stays local."""
    monkeypatch.setenv(CONTENT, raw)
    assert resolve_settings().content is mode


def test_content_true(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A value that the conventions do not know, such as the ``true`` of old, means no content, and is said once."""
    monkeypatch.setenv(CONTENT, "true")
    assert [resolve_settings().content for _ in range(3)] == [ContentMode.NO_CONTENT] * 3
    warning = (
        f"{CONTENT}='true' is none of LOCAL, NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT: "
        "no message content is captured"
    )
    assert caplog.record_tuples == [("verspan.settings", logging.WARNING, warning)]


@pytest.mark.parametrize(
    ("mode", "captured", "on_spans", "on_events"),
    [
        (ContentMode.LOCAL, True, False, False),
        (ContentMode.NO_CONTENT, False, False, False),
        (ContentMode.SPAN_ONLY, True, True, False),
        (ContentMode.EVENT_ONLY, True, False, True),
        (ContentMode.SPAN_AND_EVENT, True, True, True),
    ],
)
def test_content_modes(*, mode: ContentMode, captured: bool, on_spans: bool, on_events: bool) -> None:
    """Each mode says whether content is captured, and whether it goes on spans and on events."""
    assert (mode.captured, mode.on_spans, mode.on_events) == (captured, on_spans, on_events)


@pytest.mark.parametrize(
    ("opted_in", "dialect"),
    [
        ("http, gen_ai_latest_experimental", MetricDialect.DEVELOPMENT),
        ("gen_ai_latest", MetricDialect.V1_41),
        ("", MetricDialect.V1_41),
    ],
)
def test_metric_dialect_variable(monkeypatch: pytest.MonkeyPatch, opted_in: str, dialect: MetricDialect) -> None:
    """OpenTelemetry's opt-in to the newest GenAI conventions chooses their metric names."""
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", opted_in)
    assert resolve_settings().metric_dialect is dialect


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"content": "everything"},
            "content='everything' is none of LOCAL, NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT",
        ),
        ({"metric_dialect": "2"}, "metric_dialect='2' is none of 1.41, dev"),
        ({"store": "mongodb://host/db"}, "store='mongodb://host/db' is neither a path nor sqlite:/// and a path"),
        ({"store": ""}, "store='' is neither a path nor sqlite:/// and a path"),
    ],
)
def test_unusable_arguments(arguments: dict[str, Any], message: str) -> None:
    """An argument that is none of the values it may have is an error that names them."""
    with pytest.raises(InvalidArgumentError) as raised:
        resolve_settings(**arguments)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("place", "url"),
    [
        ("traces.db", "sqlite:///{here}/traces.db"),
        ("sqlite:///traces.db", "sqlite:///{here}/traces.db"),
        ("sqlite:////var/traces.db", "sqlite:////var/traces.db"),
        ("/var/traces.db", "sqlite:////var/traces.db"),
        ("~/traces.db", "sqlite:///{home}/traces.db"),
    ],
)
def test_store_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str, url: str) -> None:
    """A place is a path or a URL, made absolute at once, as an argument as well as in the variable."""
    expected = url.format(here=tmp_path, home=Path.home())
    assert store_url(place) == expected
    monkeypatch.setenv("VERSPAN_STORE", place)
    assert store_url() == expected


def test_unknown_store_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable with the URL of no store that is known stops nothing here; whoever opens it says so."""
    monkeypatch.setenv("VERSPAN_STORE", "mongodb://host/db")
    assert resolve_settings().store_url == "mongodb://host/db"


def test_store_at_the_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The default store is at the root of the repository, whichever of its folders the application runs in."""
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "src" / "app"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert store_url() == f"sqlite:///{tmp_path}/.verspan/verspan.db"


def test_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts are a sequence or a text with commas; ``none`` is no host, and an empty variable is as none at all."""
    monkeypatch.setenv("VERSPAN_PROPAGATE_TO", "")
    found = [resolve_settings().propagate_to]
    monkeypatch.setenv("VERSPAN_PROPAGATE_TO", " private,*.example.com ,, private")
    found += [resolve_settings().propagate_to, resolve_settings(propagate_to=["back"]).propagate_to]
    assert [*found, resolve_settings(propagate_to="none").propagate_to] == [
        ("private",),
        ("private", "*.example.com"),
        ("back",),
        (),
    ]


@pytest.mark.parametrize(("value", "trusting"), [("", True), (" TRUE", True), ("false", False), ("no", False)])
def test_trust(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, value: str, *, trusting: bool
) -> None:
    """Callers are believed unless the variable says otherwise; what it says in other words is warned of and is no."""
    settings._switch_named.cache_clear()
    monkeypatch.setenv("VERSPAN_TRUST_BAGGAGE", value)
    assert [resolve_settings().trust_baggage, resolve_settings().trust_baggage] == [trusting, trusting]
    assert resolve_settings(trust_baggage=not trusting).trust_baggage is not trusting
    warned = "VERSPAN_TRUST_BAGGAGE='no' is neither true nor false: it counts as false"
    assert caplog.messages == ([warned] if value == "no" else [])


@pytest.mark.parametrize(("value", "asked"), [("", False), ("true", True), ("false", False)])
def test_stream_usage(monkeypatch: pytest.MonkeyPatch, value: str, *, asked: bool) -> None:
    """Streams are asked for their tokens where somebody says so, and requests are left alone where nobody does."""
    monkeypatch.setenv("VERSPAN_STREAM_USAGE", value)
    assert resolve_settings().stream_usage is asked
    assert resolve_settings(stream_usage=not asked).stream_usage is not asked


@pytest.mark.parametrize(("value", "disabled"), [(" True ", True), ("true", True), ("false", False), ("", False)])
def test_sdk_disabled(monkeypatch: pytest.MonkeyPatch, *, value: str, disabled: bool) -> None:
    """``OTEL_SDK_DISABLED`` is read as OpenTelemetry reads it."""
    monkeypatch.setenv("OTEL_SDK_DISABLED", value)
    assert sdk_disabled() is disabled


def test_removed_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process whose working folder has been removed has its store in the home folder."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert settings.repository_root() == Path.home()
