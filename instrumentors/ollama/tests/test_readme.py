"""The README's table of operations is what the adapters do."""

from __future__ import annotations

import re

import ollama
import pytest

from verspan_ollama import OllamaInstrumentor

from .asking import TESTS, TLS

_ROWS = re.findall(
    r"^\| `(\w+)` \| `([A-Z]+) (\S+)` \| `(\w+)`", (TESTS.parent / "README.md").read_text("utf-8"), re.MULTILINE
)


@pytest.mark.parametrize(("method", "verb", "path", "name"), _ROWS)
def test_row(method: str, verb: str, path: str, name: str) -> None:
    """A request has the operation that its row says, whichever of the client's methods it passes."""
    del method
    client = ollama.Client(host="http://127.0.0.1:11434", verify=TLS)
    try:
        asked = [(object, verb, path), (verb, path)]
        calls = [adapter.describe(client, args, {}) for args in asked for adapter in OllamaInstrumentor().adapters()]
    finally:
        client._client.close()
    assert next(call.operation_name for call in calls if call is not None) == name
