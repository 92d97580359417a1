"""Exceptions that LangGraph directs a run with, and that tell of no failure."""

from __future__ import annotations

import sys


def is_failure(raised: BaseException) -> bool:
    """Whether an exception tells of a failure, and not of an interrupt or of where to go next."""
    errors = sys.modules.get("langgraph.errors")
    return errors is None or not isinstance(raised, errors.GraphBubbleUp)
