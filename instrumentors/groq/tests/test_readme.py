"""The README's table of operations is what the adapters do."""

from __future__ import annotations

import re

import groq
import pytest
from groq._models import FinalRequestOptions

from verspan_groq import GroqInstrumentor

from .asking import TESTS

_ROWS = re.findall(
    r"^\| `([A-Z]+) (/\S+)`[^|]*\| `(\w+)`", (TESTS.parent / "README.md").read_text("utf-8"), re.MULTILINE
)


@pytest.mark.parametrize(("method", "path", "name"), _ROWS)
def test_row(method: str, path: str, name: str) -> None:
    """A request has the operation that its row says."""
    options = FinalRequestOptions.construct(method=method.lower(), url=f"/openai/v1{path}", json_data={})
    with groq.Groq(api_key="test-key") as client:
        calls = (adapter.describe(client, (object, options), {}) for adapter in GroqInstrumentor().adapters())
        assert next(call.operation_name for call in calls if call is not None) == name
