"""Adapters by their names."""

from __future__ import annotations

import pytest

from verspan.errors import InvalidArgumentError
from verspan.instrumentation.adapter import adapter_named, know_adapter

from .acme import AcmeAdapter


def test_registered() -> None:
    """An adapter that a member registers is found by its name, and is the same one each time."""
    adapter = adapter_named("openai.chat")
    assert type(adapter).__name__ == "ChatAdapter"
    assert adapter_named("openai.chat") is adapter


def test_used_here() -> None:
    """An adapter that this process uses need not be registered."""
    adapter = AcmeAdapter()
    know_adapter(adapter)
    assert adapter_named("acme.chat") is adapter


def test_nobody_has_it() -> None:
    """A name that nobody registers says what to install."""
    with pytest.raises(InvalidArgumentError, match=r"'nobody\.chat': pip install verspan-nobody"):
        adapter_named("nobody.chat")
