"""The installation, the content policy, and the variables that have a say."""

from __future__ import annotations

import difflib
import os
import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import version

from verspan import semconv
from verspan.cli.doctor.findings import Finding, Level
from verspan.settings import ContentMode, Settings
from verspan.versions.remotes import without_credentials

INSTALLATION, CONTENT, VARIABLES = "installation", "content", "variables"
_OURS = "VERSPAN_"
_VARIABLES = re.compile(r"(VERSPAN|OTEL)_[A-Z0-9_]+")
_SECRET = re.compile(r"HEADERS|KEY|TOKEN|SECRET|PASSWORD")
_KNOWN = sorted(value for name, value in vars(semconv).items() if name.startswith("ENV_"))
_CONTENT = {
    ContentMode.LOCAL: "Messages are kept in the local store, and go to no collector.",
    ContentMode.NO_CONTENT: "No message is kept anywhere.",
    ContentMode.SPAN_ONLY: "Messages are on spans, and go wherever spans go.",
    ContentMode.EVENT_ONLY: "Messages are on log events, and go wherever those go.",
    ContentMode.SPAN_AND_EVENT: "Messages are on spans and on log events, and go wherever those go.",
}
_NOWHERE = "Messages are kept nowhere, since no span goes to a local store."


def check_installation() -> list[Finding]:
    """Which Verspan, OpenTelemetry and Python this is; the application has to be in the same environment."""
    message = (
        f"verspan {version('verspan')}, opentelemetry-sdk {version('opentelemetry-sdk')}, "
        f"Python {platform.python_version()} in {sys.prefix}."
    )
    return [Finding(INSTALLATION, "verspan", Level.OK, message)]


def check_content(settings: Settings) -> list[Finding]:
    """Where messages, inputs and outputs may go."""
    how = f"{semconv.ENV_CAPTURE_CONTENT} changes it: {', '.join(mode.value for mode in ContentMode)}."
    nowhere = settings.content is ContentMode.LOCAL and "local" not in settings.exporters
    where = _NOWHERE if nowhere else _CONTENT[settings.content]
    return [Finding(CONTENT, settings.content.value, Level.OK, f"{where} {how}")]


def check_variables() -> list[Finding]:
    """The variables that are set and have a say, secrets left out, and those that look misspelled."""
    return [finding for name in sorted(os.environ) if _VARIABLES.fullmatch(name) for finding in _variable(name)]


def _variable(name: str) -> Iterator[Finding]:
    if name.startswith(_OURS) and name not in _KNOWN:
        close = difflib.get_close_matches(name, _KNOWN, n=1)
        remedy = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(_KNOWN)}."
        yield Finding(VARIABLES, name, Level.WARNING, f"{name} is set, and Verspan knows no such variable.", remedy)
        return
    yield Finding(VARIABLES, name, Level.OK, f"{name}={_shown(name, os.environ[name])}")


def _shown(name: str, value: str) -> str:
    return "(set)" if _SECRET.search(name) else without_credentials(value) if "://" in value else value
