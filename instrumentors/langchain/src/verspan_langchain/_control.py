"""Exceptions that LangGraph directs a run with, and that tell of no failure."""

from __future__ import annotations

import sys

_DIRECTIONS = ("GraphBubbleUp", "GraphInterrupt")  # the first is the other's base since langgraph 0.2.29


def is_failure(raised: BaseException) -> bool:
    """Whether an exception tells of a failure, and not of an interrupt or of where to go next."""
    errors = sys.modules.get("langgraph.errors")
    return not isinstance(raised, tuple(filter(None, (getattr(errors, name, None) for name in _DIRECTIONS))))
