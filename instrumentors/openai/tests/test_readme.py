"""The README's table of operations is what the adapters do."""

from __future__ import annotations

import re
from typing import Any

import openai
import pytest
from openai._models import FinalRequestOptions

from verspan.instrumentation.stainless.adapting import PostAdapter
from verspan_openai import OpenAIInstrumentor
from verspan_openai._endpoints import NAMES

from .interactions import TESTS

_ROWS = re.findall(
    r"^\| `([A-Z]+) (/\S+)`[^|]*\| `(\w+)`", (TESTS.parent / "README.md").read_text("utf-8"), re.MULTILINE
)


def operation(method: str, path: str) -> str | None:
    """What the first adapter that describes a request calls it."""
    options = FinalRequestOptions.construct(method=method.lower(), url=path.replace("{id}", "id_1"), json_data={})
    with openai.OpenAI(api_key="test-key") as client:
        calls = (adapter.describe(client, (object, options), {}) for adapter in OpenAIInstrumentor().adapters())
        return next((call.operation_name for call in calls if call is not None), None)


@pytest.mark.parametrize(("method", "path", "name"), _ROWS)
def test_row(method: str, path: str, name: str) -> None:
    """A request has the operation that its row says."""
    assert operation(method, path) == name


def test_complete() -> None:
    """Every endpoint with an adapter or a name of its own has a row."""
    told = {f"{method.lower()} {path}" for method, path, _ in _ROWS}
    named = {request.replace(" ", " /").replace("{}", "{id}") for request in NAMES}
    paths: list[Any] = [adapter.path for adapter in OpenAIInstrumentor().adapters() if isinstance(adapter, PostAdapter)]
    adapted = {f"post {one}" for path in paths for one in ([path] if isinstance(path, str) else path)}
    assert named | adapted <= told
