"""The page of what is covered is what the whole spans of the instrumentors' tests say."""

from __future__ import annotations

from tests.coverage_page import PAGE, page


def test_page() -> None:
    """The page is as it is made anew; where it is not, ``python -m tests.coverage_page`` makes it."""
    assert PAGE.read_text("utf-8") == page()


def test_instrumentors() -> None:
    """The page has sections, and rows of calls that stream, that say something, and that fail."""
    found = page()
    assert "## verspan-openai\n" in found
    assert "| `chat` | yes | yes | yes | input, output, cached, reasoning" in found
