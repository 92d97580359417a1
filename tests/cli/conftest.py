"""A store with two versions of a support agent and what their traces look like, and a way to run a command line."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from verspan import semconv
from verspan.cli.main import verspan
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.traces.model import SpanRecord
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import GitState, LoggedModel

START_NS = 1_763_885_521_123_456_789  # 2025-11-23 08:12:01.123456789 UTC
MS = 1_000_000
ANSWER = "5b8aa5a2d2c872e8321cf37308d69df2"
GREETING = "5b8f00000000000000000000000000aa"
FAILURE = "ffff0000000000000000000000000001"
EXPERIMENT = "shop"

Run = Callable[..., Result]
MakeSpan = Callable[..., SpanRecord]


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A folder and an environment of the test's own, in UTC, with no window that limits the width."""
    for name in os.environ:
        if name.startswith(("VERSPAN_", "OTEL_")) or name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VERSPAN_STORE", str(tmp_path / "store.db"))
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def run() -> Run:
    """Runs a command line in this process, as wide as given or without a limit."""

    def run_command(*arguments: str, columns: int | None = None) -> Result:
        env = {} if columns is None else {"COLUMNS": str(columns)}
        return CliRunner(env=env).invoke(verspan, arguments, prog_name="verspan")

    return run_command


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store where the command line looks for it."""
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}", create=True)
    yield opened
    opened.close()


def model(name: str, *, experiment: str = EXPERIMENT, minute: int = 0, **fields: Any) -> LoggedModel:
    """A version's record, created so many minutes after the start."""
    created = START_NS // MS + minute * 60_000
    return LoggedModel(
        model_id_for(experiment, name), name, experiment_id_for(experiment), experiment, created, created, **fields
    )


@pytest.fixture
def make_model() -> Callable[..., LoggedModel]:
    """The builder of a version's record."""
    return model


def span(  # noqa: PLR0913 - a span has that many sides, and a test names the few it is about
    span_id: int,
    name: str,
    *,
    trace_id: str = ANSWER,
    parent: int | None = None,
    start_ms: float = 0,
    took_ms: float = 10,
    version: str | None = "agent-v2",
    error: tuple[str, str] | None = None,
    attributes: dict[str, Any] | None = None,
) -> SpanRecord:
    """A span of a version of the shop's agent, its times in milliseconds from the start."""
    stamped = (
        {semconv.LOGGED_MODEL_ID: model_id_for(EXPERIMENT, version), semconv.LOGGED_MODEL_NAME: version}
        if version
        else {}
    )
    failed = {semconv.ERROR_TYPE: error[0]} if error else {}
    return SpanRecord(
        trace_id=trace_id,
        span_id=f"{span_id:016x}",
        parent_span_id=None if parent is None else f"{parent:016x}",
        name=name,
        kind="CLIENT" if name.startswith("chat") else "INTERNAL",
        start_ns=START_NS + int(start_ms * MS),
        end_ns=START_NS + int((start_ms + took_ms) * MS),
        status_code="ERROR" if error else "UNSET",
        status_message=error[1] if error else None,
        attributes={**stamped, **failed, **(attributes or {})},
    )


@pytest.fixture
def make_span() -> MakeSpan:
    """The builder of a span."""
    return span


def call(input_tokens: int, output_tokens: int, asked: str, answered: str) -> dict[str, Any]:
    """The attributes of a call of a model."""
    return {
        semconv.GEN_AI_OPERATION_NAME: "chat",
        semconv.GEN_AI_PROVIDER_NAME: "openai",
        semconv.GEN_AI_REQUEST_MODEL: "gpt-4o-mini",
        semconv.GEN_AI_RESPONSE_MODEL: "gpt-4o-mini-2024-07-18",
        semconv.GEN_AI_USAGE_INPUT_TOKENS: input_tokens,
        semconv.GEN_AI_USAGE_OUTPUT_TOKENS: output_tokens,
        semconv.GEN_AI_INPUT_MESSAGES: [{"role": "user", "parts": [{"type": "text", "content": asked}]}],
        semconv.GEN_AI_OUTPUT_MESSAGES: [
            {"role": "assistant", "parts": [{"type": "text", "content": answered}], "finish_reason": "stop"}
        ],
    }


LOOKED_UP = "Your order 1234 was shipped on Monday."


@pytest.fixture
def recorded(store: Store) -> Store:
    """A store with two versions of the shop's agent: one trace of the first, two of the second."""
    code = GitState(commit="1a2b3c4d" * 5, branch="main", remote_url="https://example.org/shop.git", dirty=True)
    store.upsert_model(model("agent-v1", git=GitState(commit="0f0f0f0f" * 5, branch="main", dirty=False)))
    store.upsert_model(model("agent-v2", minute=5, git=code, params={"temperature": "0.7"}, tags={"team": "support"}))
    store.upsert_model(model("writer", experiment="blog", minute=1))
    store.write_spans([*_answer(), *_greeting(), *_failure()])
    return store


def _answer() -> list[SpanRecord]:
    question = "Where is my order 1234?"
    session = {
        semconv.SESSION_ID: "s-1",
        semconv.USER_ID: "u-17",
        semconv.VERSPAN_INPUTS: f'{{"question":"{question}"}}',
    }
    chat = "chat gpt-4o-mini"
    return [
        span(1, "answer", took_ms=1240, attributes={**session, semconv.VERSPAN_OUTPUTS: f'"{LOOKED_UP}"'}),
        span(2, chat, parent=1, start_ms=12, took_ms=468, attributes=call(812, 31, question, "Let me look.")),
        span(3, "execute_tool find_order", parent=1, start_ms=482, took_ms=48),
        span(4, "GET", parent=3, start_ms=483, took_ms=45),
        span(5, chat, parent=1, start_ms=535, took_ms=265, error=("RateLimitError", "429: slow down")),
        span(6, chat, parent=1, start_ms=820, took_ms=410, attributes=call(901, 131, question, LOOKED_UP)),
    ]


def _greeting() -> list[SpanRecord]:
    attributes = call(20, 5, "Hello!", "Good day.")
    chat = "chat gpt-4o-mini"
    return [span(21, chat, trace_id=GREETING, start_ms=60_000, took_ms=300, version="agent-v1", attributes=attributes)]


def _failure() -> list[SpanRecord]:
    error = ("AuthenticationError", "401: no such key")
    attributes = {key: value for key, value in call(0, 0, "Hi", "").items() if "usage" not in key}
    return [
        span(31, "chat gpt-4o-mini", trace_id=FAILURE, start_ms=120_000, took_ms=90, error=error, attributes=attributes)
    ]
