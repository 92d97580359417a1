"""The exception that a workflow waits with, which tells of no failure."""

from __future__ import annotations

import sys


def is_failure(raised: BaseException) -> bool:
    """Whether an exception tells of a failure, and not of a step that waits for an event, such as a human's answer."""
    results = sys.modules.get("workflows.runtime.types.results")
    waiting = getattr(results, "WaitingForEvent", None)
    return waiting is None or not isinstance(raised, waiting)
