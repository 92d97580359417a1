"""The README's table of functions is what the adapters take."""

from __future__ import annotations

import re

import litellm
import pytest

from verspan_litellm._instrumentor import ADAPTERS

from .asking import TESTS

_ROWS = re.findall(r"^\| `(\w+)` \| `(\w+)`", (TESTS.parent / "README.md").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("function", "name"), _ROWS)
def test_row(function: str, name: str) -> None:
    """A function has the operation that its row says, and a twin that is asynchronous."""
    (adapter,) = (kind(function) for kind in ADAPTERS if function in kind.functions)
    call = adapter.describe(None, (), {"model": "openai/gpt-4o-mini"})
    assert call is not None
    assert (call.operation_name, call.provider_name, call.request_model) == (name, "openai", "gpt-4o-mini")
    assert callable(getattr(litellm, f"a{function}"))


def test_complete() -> None:
    """Every function that is taken has a row."""
    assert {function for kind in ADAPTERS for function in kind.functions} == {function for function, _ in _ROWS}
