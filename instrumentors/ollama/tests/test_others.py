"""What is special about the client: functions of the package, other addresses, and requests that pass two methods."""

from __future__ import annotations

import ollama
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.recordings.replay import ReplayServer

from verspan import semconv
from verspan.instrumentation.calls import Call
from verspan_ollama import OllamaInstrumentor

from .asking import TLS, corpus


def test_functions(server: ReplayServer, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of the package, which belong to a client that was built on import, leave spans like its methods."""
    case = corpus("chat")["stream, whole"]
    built = ollama.Client(host=server.mount([case]).url, verify=TLS)
    with monkeypatch.context() as patched:
        patched.setattr(ollama.chat.__self__, "_client", built._client)
        ollama.chat(**case.request)
    built._client.close()
    (span,) = spans.get_finished_spans()
    assert (span.name, (span.attributes or {})[semconv.GEN_AI_USAGE_INPUT_TOKENS]) == ("chat llama3.2", 31)


def _described(*args: object, **kwargs: object) -> Call | None:
    client = ollama.Client(host="https://models.example", verify=TLS)
    try:
        calls = (adapter.describe(client, args, kwargs) for adapter in OllamaInstrumentor().adapters())
        return next((call for call in calls if call is not None), None)
    finally:
        client._client.close()


def test_address() -> None:
    """A request names the server of its client, or the one whose whole address it has."""
    assert _described(object, "POST", "/api/chat", json={"model": "m"}, stream=True) == Call(
        "chat", "ollama", "m", "models.example", 443, stream=True
    )
    assert _described(object, "POST", "https://ollama.com/api/web_search", json={"query": "q"}) == Call(
        "search_web", "ollama", None, "ollama.com", 443
    )


@pytest.mark.parametrize(
    ("args", "name"),
    [
        (("POST", "/api/blobs/sha256:4711"), "create_blob"),
        (("DELETE", "/api/delete"), "delete_model"),
        (("POST", "/api/chat"), None),
        ((object, "POST", "/v1/systemone"), "create_systemone"),
        ((object, "GET", "/api/of_tomorrow"), "fetch_of_tomorrow"),
        ((), None),
    ],
)
def test_one_span(args: tuple[object, ...], name: str | None) -> None:
    """What passes both methods of the client is described at one of them."""
    call = _described(*args)
    assert (call and call.operation_name) == name
