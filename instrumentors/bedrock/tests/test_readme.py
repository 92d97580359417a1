"""The README's table of operations is what the adapters do."""

from __future__ import annotations

import re

import pytest

from verspan_bedrock import BedrockInstrumentor

from .asking import TESTS, client_at

_ROWS = re.findall(r"^\| `(\w+)`[^|]*\| `(\w+)`", (TESTS.parent / "README.md").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("operation", "name"), _ROWS)
def test_row(operation: str, name: str) -> None:
    """An operation is called what its row says."""
    client = client_at("http://127.0.0.1:9")
    given = {"modelId": "amazon.nova-lite-v1:0", "body": '{"messages": []}'}
    calls = (adapter.describe(client, (operation, given), {}) for adapter in BedrockInstrumentor().adapters())
    call = next(call for call in calls if call is not None)
    assert (call.operation_name, call.stream) == (name, operation.endswith("Stream"))
    client.close()
