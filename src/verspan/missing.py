"""Modules of Verspan's own that an installation has not, since they come with another distribution."""

from __future__ import annotations

from typing import Final

from verspan.errors import MissingPackageError

_OURS: Final = "verspan."
_SHARED: Final = "verspan.instrumentation."


def missing_distribution(error: BaseException, what: str) -> MissingPackageError | None:
    """The error that says how to install what is missing; None where it is no module of Verspan's.

    Args:
        error: what importing raised.
        what: what was asked for, such as ``verspan.evaluate``, for the message.
    """
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    if name is None or not name.startswith(_OURS):
        return None
    if name.startswith(_SHARED):
        return MissingPackageError(f"{what} needs what instrumentors share: pip install verspan-instrumentation")
    return MissingPackageError(f"{what} is part of the workbench: pip install 'verspan[workbench]'")
