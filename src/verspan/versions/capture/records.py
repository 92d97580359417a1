"""The port through which captures are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from verspan.versions.behaviour import SeenCall
from verspan.versions.capture.model import Capture, KeptCapture


class CaptureRecords(Protocol):
    """Captures of versions, each content once and none ever overwritten.

    Every method raises :class:`~verspan.errors.StoreError`.
    """

    def keep(self, model_id: str, capture: Capture) -> str:
        """Keep that a version was seen in a state; to keep it again notes when it was last seen.

        Returns:
            The capture's id, which is computed from all that it holds.
        """
        ...

    def of(self, model_id: str) -> Sequence[KeptCapture]:
        """The states in which a version was seen, the newest last."""
        ...

    def seen_calls(self, model_id: str) -> Sequence[SeenCall]:
        """The ways in which a version was seen to call models, by when they were first seen; at most 200."""
        ...

    def load(self, capture_id: str) -> Capture:
        """A capture with all its contents.

        Raises:
            NotFoundError: none has this id.
        """
        ...
