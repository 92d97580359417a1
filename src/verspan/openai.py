"""The OpenAI client: ``verspan.openai.autolog()``. The instrumentor itself is the package ``verspan-openai``."""

from __future__ import annotations

from verspan.members import autolog_client

__all__ = ["autolog"]


def autolog(*, disable: bool = False) -> None:
    """Trace every call of the OpenAI client from now on, for clients built before and after.

    Args:
        disable: leave the client as it was instead.

    Raises:
        MissingPackageError: the package ``verspan-openai`` is not installed.
    """
    autolog_client("openai", disable=disable)
