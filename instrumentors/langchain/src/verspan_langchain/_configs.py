"""What the configuration of a run says: the one it was given, its object's own, and the one it inherits.

LangChain keeps the configuration of the run that is under way in a context variable, from which tools and inner chains
inherit it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from verspan.instrumentation.fields import field, text

_CONVERSATION = ("thread_id", "session_id")  # of LangGraph's checkpoints, and of LangChain's message histories


def conversation_id(given: Any, own: Any = None) -> str | None:
    """The conversation that a run belongs to; None where nobody named one.

    Args:
        given: the configuration that the run was given.
        own: that of the object that runs.
    """
    for config in _configs(given, own):
        configurable = field(config, "configurable")
        for name in _CONVERSATION:
            found = field(configurable, name)
            if found is not None:
                return str(found)
    return None


def run_name(given: Any, own: Any = None) -> str | None:
    """The name that the application gave a run."""
    return text(field(given, "run_name")) or text(field(own, "run_name"))


def metadata(own: Any) -> Mapping[str, Any]:
    """The metadata that an object's own configuration holds."""
    found = field(own, "metadata")
    return found if isinstance(found, dict) else {}


def _configs(given: Any, own: Any) -> Iterator[Any]:
    yield given
    yield own
    module = sys.modules.get("langchain_core.runnables.config")
    if module is not None:
        yield module.var_child_runnable_config.get()
