"""The environment and the process that the agent runs in."""

from __future__ import annotations

from pathlib import Path

import pytest

from verspan.demo.recording import AgentProcess, Destination
from verspan.errors import VerspanError

LOCAL = Destination("sqlite:////traces.db", "http://127.0.0.1:8/v1", "demo")


def test_environment() -> None:
    """The agent keeps what it inherits but for other applications' settings, and reaches the server past any proxy."""
    inherited = {
        "PATH": "/bin",
        "GIT_DIR": "/elsewhere",
        "OTEL_SDK_DISABLED": "true",
        "VERSPAN_ACTIVE_MODEL": "mine",
        "OPENAI_API_KEY": "sk-mine",
        "HTTP_PROXY": "http://proxy",
        "NO_PROXY": "intranet",
    }
    assert LOCAL.environment(inherited) == {
        "PATH": "/bin",
        "VERSPAN_STORE": "sqlite:////traces.db",
        "VERSPAN_EXPORTERS": "local",
        "OPENAI_API_KEY": "demo",
        "OPENAI_BASE_URL": "http://127.0.0.1:8/v1",
        "HTTP_PROXY": "http://proxy",
        "NO_PROXY": "intranet,127.0.0.1",
        "no_proxy": "intranet,127.0.0.1",
        "PYTHONUTF8": "1",
    }


def test_real_environment() -> None:
    """For the real API the client's address and the machine's proxies stay as they are."""
    real = Destination("sqlite:////traces.db", None, "sk-mine")
    assert real.environment({"OPENAI_BASE_URL": "https://gateway", "NO_PROXY": "intranet"}) == {
        "VERSPAN_STORE": "sqlite:////traces.db",
        "VERSPAN_EXPORTERS": "local",
        "OPENAI_API_KEY": "sk-mine",
        "OPENAI_BASE_URL": "https://gateway",
        "NO_PROXY": "intranet",
        "PYTHONUTF8": "1",
    }


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
def test_collector(name: str) -> None:
    """A collector that the environment names gets the spans besides the store."""
    environment = LOCAL.environment({name: "http://collector:4318", "OTEL_EXPORTER_OTLP_HEADERS": "a=b"})
    assert environment["VERSPAN_EXPORTERS"] == "local,otlp"
    assert environment[name] == "http://collector:4318"
    assert environment["OTEL_EXPORTER_OTLP_HEADERS"] == "a=b"


def test_run(tmp_path: Path) -> None:
    """The agent's file is read when it is told to run, with the label of its version, and its stderr comes back."""
    with AgentProcess(tmp_path, LOCAL, label="v1") as agent:
        (tmp_path / "agent.py").write_text("import os, sys; print(os.environ['AGENT_VERSION'], file=sys.stderr)")
        assert agent.run() == "v1\n"


def test_failure(tmp_path: Path) -> None:
    """An agent that fails is told with its folder, its code and its last words."""
    (tmp_path / "agent.py").write_text("import sys; sys.exit('no tea')")
    with (
        AgentProcess(tmp_path, LOCAL, label=None) as agent,
        pytest.raises(VerspanError, match=f"The agent in {tmp_path} ended with code 1:\nno tea"),
    ):
        agent.run()


def test_not_run(tmp_path: Path) -> None:
    """A process that is never told to run ends with its block, and has run nothing."""
    (tmp_path / "agent.py").write_text("open('ran', 'w').close()")
    with AgentProcess(tmp_path, LOCAL, label=None):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["agent.py"]
