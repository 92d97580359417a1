"""The shared suite over messages and completions of the installed client, synchronous and asynchronous."""

from __future__ import annotations

from typing import Any, ClassVar

import anthropic
import pytest
from tests.recordings.conforming import SECRET, StainlessCalls, answering
from tests.recordings.replay import ReplayServer

from verspan.instrumentation.call_conformance import CallConformance
from verspan.instrumentation.conformance import ChatConformance
from verspan.instrumentation.sides import ChatClient
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS
from verspan_anthropic import AnthropicInstrumentor

from .asking import corpus


class _Calls(CallConformance):
    """Calls of the Anthropic client to one of its resources."""

    instrumentor = AnthropicInstrumentor()
    secret = SECRET
    kind: ClassVar[str] = "messages"
    """The file of our own corpus that has what is answered."""
    answers: ClassVar[tuple[str, ...]]
    """The whole one, and the stream where there is one."""
    resource: ClassVar[str]
    request: ClassVar[dict[str, Any]]

    @pytest.fixture(autouse=True)
    def _api(self, monkeypatch: pytest.MonkeyPatch, server: ReplayServer) -> None:
        monkeypatch.setenv(ENV_RAISE_INTERNAL_ERRORS, "1")
        self._base_url = server.serve(answering(*(corpus(self.kind)[name] for name in self.answers))).url

    def build(self, asynchronous: bool) -> ChatClient:  # noqa: FBT001 - as the suite declares it
        """A client of the recordings' server."""
        client = anthropic.AsyncAnthropic if asynchronous else anthropic.Anthropic
        return StainlessCalls(client, self._base_url, self.resource, self.request)


_REQUEST = {"model": "claude-own-1", "max_tokens": 64, "messages": [{"role": "user", "content": f"Help: {SECRET}"}]}


class TestMessages(_Calls, ChatConformance):
    """Messages."""

    answers = ("stream, whole", "stream")
    resource = "messages"
    request = _REQUEST


class TestBetaMessages(TestMessages):
    """Messages of the beta."""

    resource = "beta.messages"


@pytest.mark.skipif(
    not hasattr(anthropic.resources, "Completions"), reason="this version of the client has no completions any more"
)
class TestCompletions(_Calls, ChatConformance):
    """Completions, which are older than messages."""

    operation_name = "text_completion"
    kind = "completions"
    answers = ("stream, whole", "stream")
    resource = "completions"
    request: ClassVar[dict[str, Any]] = {
        "model": "claude-own-0",
        "max_tokens_to_sample": 64,
        "prompt": f"Help: {SECRET}",
    }
