"""What an artifact is: the frozen dataclass that crosses module boundaries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Artifact:
    """One content that was logged under a path of a version."""

    path: str
    """Where it stands in its version, with ``/`` between folders, such as ``evaluation/rows.json``."""
    digest: str
    """SHA-256 of the content, as 64 hexadecimal digits."""
    size: int
    """Bytes of the content."""
    media_type: str
    """What kind of content it is, such as ``text/plain``."""
    logged_timestamp: int
    """When it was logged, in milliseconds since the epoch."""
    root: str | None = None
    """The URL of the artifact root that has the content; None for the folder beside the store."""
