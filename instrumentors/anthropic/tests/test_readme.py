"""The README's table of operations is what the adapters do."""

from __future__ import annotations

import re

import anthropic
import pytest
from anthropic._models import FinalRequestOptions

from verspan.instrumentation.stainless.adapting import PostAdapter
from verspan_anthropic import AnthropicInstrumentor
from verspan_anthropic._others import NAMES

from .asking import TESTS

_ROWS = re.findall(
    r"^\| `([A-Z]+) (/\S+)`[^|]*\| `(\w+)`", (TESTS.parent / "README.md").read_text("utf-8"), re.MULTILINE
)


@pytest.mark.parametrize(("method", "path", "name"), _ROWS)
def test_row(method: str, path: str, name: str) -> None:
    """A request has the operation that its row says."""
    options = FinalRequestOptions.construct(method=method.lower(), url=path.replace("{id}", "id_1"), json_data={})
    with anthropic.Anthropic(api_key="test-key") as client:
        calls = (adapter.describe(client, (object, options), {}) for adapter in AnthropicInstrumentor().adapters())
        assert next(call.operation_name for call in calls if call is not None) == name


def test_complete() -> None:
    """Every endpoint with an adapter or a name of its own has a row."""
    told = {f"{method.lower()} {path}" for method, path, _ in _ROWS}
    named = {request.replace(" ", " /v1/").replace("{}", "{id}") for request in NAMES}
    adapted = {f"post {one.path}" for one in AnthropicInstrumentor().adapters() if isinstance(one, PostAdapter)}
    assert named | adapted <= told
