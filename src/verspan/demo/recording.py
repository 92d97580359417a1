"""Runs a version of the agent as anybody would run it: a Python process of its own, started in its repository."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from verspan.demo.repository import without_git_settings
from verspan.errors import VerspanError
from verspan.semconv import ENV_EXPORTERS, ENV_STORE

_COLLECTOR = "OTEL_EXPORTER_OTLP_"
_SETTINGS = ("OTEL_", "VERSPAN_")
_SHOWN_LINES = 20


@dataclass(frozen=True)
class Destination:
    """Where the agent finds its model and leaves its traces."""

    store_url: str
    base_url: str | None
    """The API's address; None for the client's own default, which is the real API."""
    api_key: str

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """The agent's environment: what it inherits without settings of other applications, and these.

        A collector that the environment names is kept, and gets the spans besides the store.
        """
        kept = {name: value for name, value in without_git_settings(inherited).items() if not _foreign(name)}
        collector = any(name.startswith(_COLLECTOR) and name.endswith("ENDPOINT") for name in kept)
        kept |= {
            ENV_STORE: self.store_url,
            ENV_EXPORTERS: "local,otlp" if collector else "local",
            "OPENAI_API_KEY": self.api_key,
            "PYTHONUTF8": "1",
        }
        if self.base_url is not None:
            # A proxy that the machine needs for the network would not find this server.
            direct = ",".join(filter(None, (kept.get("NO_PROXY", kept.get("no_proxy")), "127.0.0.1")))
            kept |= {"OPENAI_BASE_URL": self.base_url, "NO_PROXY": direct, "no_proxy": direct}
        return kept


def run_agent(folder: Path, destination: Destination, *, label: str | None) -> str:
    """Run the agent that stands in a folder and wait for its end.

    Args:
        folder: where ``agent.py`` is.
        destination: its model and its store.
        label: what it calls its version; None where it asks git.

    Returns:
        What it said on stderr, where instrumentation says what it could not do.

    Raises:
        VerspanError: it failed; the message ends with its last words.
    """
    environment = destination.environment(os.environ)
    if label is not None:
        environment["AGENT_VERSION"] = label
    done = subprocess.run(
        [sys.executable, "agent.py"], cwd=folder, env=environment, check=False, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        last_words = "\n".join(done.stderr.splitlines()[-_SHOWN_LINES:])
        raise VerspanError(f"The agent in {folder} ended with code {done.returncode}:\n{last_words}")
    return done.stderr


def _foreign(name: str) -> bool:
    return name.startswith(_SETTINGS) and not name.startswith(_COLLECTOR)
