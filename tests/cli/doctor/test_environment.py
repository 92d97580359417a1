"""What the doctor says of the installation, the content policy and the variables."""

from __future__ import annotations

import pytest

from verspan.cli.doctor.environment import check_content, check_installation, check_variables
from verspan.cli.doctor.findings import Finding, Level
from verspan.settings import ContentMode, resolve_settings


def test_installation() -> None:
    """The installation is named with what an application must share with it."""
    (finding,) = check_installation()
    assert finding.message.startswith("verspan 0.1.0, opentelemetry-sdk ")


@pytest.mark.parametrize(
    ("content", "exporters", "sentence"),
    [
        (ContentMode.LOCAL, ["local"], "Messages are kept in the local store, and go to no collector."),
        (ContentMode.LOCAL, ["otlp"], "Messages are kept nowhere, since no span goes to a local store."),
        (ContentMode.NO_CONTENT, ["local"], "No message is kept anywhere."),
        (ContentMode.SPAN_ONLY, ["otlp"], "Messages are on spans, and go wherever spans go."),
    ],
)
def test_content(content: ContentMode, exporters: list[str], sentence: str) -> None:
    """The content policy is said for the destinations that there are."""
    (finding,) = check_content(resolve_settings(content=content, exporters=exporters))
    assert (finding.subject, finding.level) == (content.value, Level.OK)
    assert finding.message.startswith(
        f"{sentence} OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT changes it: LOCAL,"
    )


def test_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that are set are shown, secrets are not, and one that is misspelled is guessed."""
    monkeypatch.delenv("VERSPAN_STORE")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=secret")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:secret@example.org:4318")
    monkeypatch.setenv("VERSPAN_EXPERIMENT", "shop")
    monkeypatch.setenv("VERSPAN_ACTIVE_MODEL", "v7")
    unknown = "VERSPAN_EXPERIMENT is set, and Verspan knows no such variable."
    assert check_variables() == [
        Finding(
            "variables", "OTEL_EXPORTER_OTLP_ENDPOINT", Level.OK, "OTEL_EXPORTER_OTLP_ENDPOINT=http://example.org:4318"
        ),
        Finding("variables", "OTEL_EXPORTER_OTLP_HEADERS", Level.OK, "OTEL_EXPORTER_OTLP_HEADERS=(set)"),
        Finding("variables", "VERSPAN_ACTIVE_MODEL", Level.OK, "VERSPAN_ACTIVE_MODEL=v7"),
        Finding("variables", "VERSPAN_EXPERIMENT", Level.WARNING, unknown, "Did you mean VERSPAN_EXPERIMENT_NAME?"),
    ]
