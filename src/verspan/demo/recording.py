"""Runs a version of the agent in a Python process of its own, in its repository, on its own settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

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


class AgentProcess:
    """A process that runs the agent of a folder, once, when it is told to.

    Args:
        folder: where ``agent.py`` is, or will be.
        destination: its model and its store.
        label: what it calls its version; None where it asks git.
    """

    def __init__(self, folder: Path, destination: Destination, *, label: str | None) -> None:
        environment = destination.environment(os.environ)
        if label is not None:
            environment["AGENT_VERSION"] = label
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "verspan.demo.prepared"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()  # which one that has ended does not notice
        self._process.__exit__(kind, error, traceback)

    def run(self) -> str:
        """Run it to its end.

        Returns:
            What it said on stderr, where instrumentation says what it could not do.

        Raises:
            VerspanError: it failed; the message ends with its last words.
        """
        _, errors = self._process.communicate("run\n")
        if self._process.returncode:
            last_words = "\n".join(errors.splitlines()[-_SHOWN_LINES:])
            raise VerspanError(f"The agent in {self._folder} ended with code {self._process.returncode}:\n{last_words}")
        return errors


def _foreign(name: str) -> bool:
    return name.startswith(_SETTINGS) and not name.startswith(_COLLECTOR)
