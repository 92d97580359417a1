"""What the doctor says of instrumentors and the clients they are made for, from real metadata of made-up packages."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from verspan.cli.doctor.clients import check_clients
from verspan.cli.doctor.findings import Finding, Level

Install = Callable[..., None]
OPENAI = Finding(
    "clients",
    "openai",
    Level.OK,
    f"openai {version('openai')} is recorded by verspan-openai 0.1.0 (openai<4,>=1.40).",
)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a package's metadata where Python looks for installed ones."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name: str, *, entry_point: str = "", requires: str = "", version: str = "1.0") -> None:
        folder = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        if requires:
            metadata += f'Provides-Extra: instruments\nRequires-Dist: {requires} ; extra == "instruments"\n'
        (folder / "METADATA").write_text(metadata)
        if entry_point:
            (folder / "entry_points.txt").write_text(
                f"[opentelemetry_instrumentor]\n{entry_point} = some.module:Class\n"
            )

    return write


def test_recorded() -> None:
    """A client within the range of its instrumentor is recorded by it."""
    assert check_clients() == [OPENAI]


def test_client_missing(install: Install) -> None:
    """An instrumentor whose client is not installed has nothing to record."""
    install("verspan-parrot", entry_point="verspan_parrot", requires="parrot>=1,<2")
    message = "parrot is not installed, so verspan-parrot 1.0 has nothing to record."
    assert check_clients() == [
        OPENAI,
        Finding("clients", "parrot", Level.WARNING, message, "pip install 'parrot<2,>=1'"),
    ]


def test_client_out_of_range(install: Install) -> None:
    """A client of a version that the instrumentor is not made for is a warning with the way out."""
    install("verspan-parrot", entry_point="verspan_parrot", requires="parrot>=1,<2")
    install("parrot", version="2.5")
    message = "parrot 2.5 is not among the versions that verspan-parrot 1.0 is made for: spans may lack something."
    assert check_clients()[1:] == [Finding("clients", "parrot", Level.WARNING, message, "pip install 'parrot<2,>=1'")]


def test_second_instrumentor(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package's instrumentor of the same client would give two spans a call, unless it is switched off."""
    install("other-instrumentation", entry_point="openai", requires="openai>=1")
    message = "other-instrumentation 1.0 instruments openai too: `opentelemetry-instrument` gives two spans a call."
    remedy = "Uninstall one of them, or set OTEL_PYTHON_DISABLED_INSTRUMENTATIONS=openai."
    assert check_clients() == [OPENAI, Finding("clients", "openai", Level.WARNING, message, remedy)]
    monkeypatch.setenv("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "redis, openai")
    assert check_clients() == [OPENAI]


def test_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """An instrumentor that the environment switches off is said to be."""
    monkeypatch.setenv("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "verspan_openai")
    variable = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"
    message = f"verspan-openai 0.1.0 is switched off for `opentelemetry-instrument` by {variable}."
    remedy = f"Take verspan_openai out of {variable}."
    assert check_clients()[0] == Finding("clients", "verspan_openai", Level.WARNING, message, remedy)


def test_no_instrumentor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any instrumentor nothing is recorded, which is a problem."""
    monkeypatch.setattr("verspan.cli.doctor.clients.installed_members", list)
    message = "No instrumentor is installed: no client's calls are recorded."
    assert check_clients() == [
        Finding("clients", "instrumentors", Level.PROBLEM, message, "pip install 'verspan[openai]'")
    ]


def test_native_spans(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that makes spans itself, beside somebody else's instrumentor of it, gives two spans a call."""
    install("anthropic", version="2.12.0")
    install("parrot-anthropic", entry_point="anthropic", requires="anthropic>=0.3")
    message = "anthropic makes spans itself, and parrot-anthropic 1.0 makes one of the same call."
    remedy = "Set ANTHROPIC_OPEN_TELEMETRY=false, or uninstall parrot-anthropic."
    assert check_clients()[-1:] == [Finding("clients", "anthropic", Level.WARNING, message, remedy)]
    monkeypatch.setenv("ANTHROPIC_OPEN_TELEMETRY", "false")
    assert not any(finding.message == message for finding in check_clients())
