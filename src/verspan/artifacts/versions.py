"""Which version artifacts belong to."""

from __future__ import annotations

from typing import Final

from verspan.context import active_version
from verspan.errors import InvalidArgumentError
from verspan.versions.life import get_logged_model

MODELS: Final = "models:/"
"""What an address of a version begins with, as MLflow writes it."""


def version_meant(model_id: str | None) -> str:
    """The id of the version that is named, or else of the active one.

    Args:
        model_id: its id, its address ``models:/m-…``, or None.

    Raises:
        InvalidArgumentError: none is named and none is active.
        NotFoundError: the store has no such version.
    """
    if model_id is not None:
        return get_logged_model(model_id.removeprefix(MODELS)).model_id
    active = active_version()
    if active is None:
        raise InvalidArgumentError(
            "no version is active for the artifact to belong to: call verspan.set_active_model(name=…) first, or give"
            " model_id"
        )
    return active.model_id
