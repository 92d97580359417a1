"""The README's table of operations is what the adapters do."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from verspan_google_genai import GoogleGenAIInstrumentor

from .interactions import TESTS

_ROWS = re.findall(
    r"^\| `([A-Z]+) (\S+)`[^|]*\| `(\w+)`", (TESTS.parent / "README.md").read_text("utf-8"), re.MULTILINE
)
_REQUESTS = [row for row in _ROWS if not row[1].startswith("interactions") and not row[1].endswith(":predict")]


@pytest.mark.parametrize(("method", "path", "name"), _REQUESTS)
def test_row(method: str, path: str, name: str) -> None:
    """A request has the operation that its row says."""
    asked: tuple[Any, ...] = (method.lower(), re.sub(r"\{\w+\}", "Abc-1", path), {})
    calls = (adapter.describe(SimpleNamespace(), asked, {}) for adapter in GoogleGenAIInstrumentor().adapters())
    assert next(call.operation_name for call in calls if call is not None) == name
