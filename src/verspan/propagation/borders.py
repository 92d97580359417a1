"""What may cross the borders of this process: decided once, read at every request."""

from __future__ import annotations

from dataclasses import dataclass

from verspan.propagation.hosts import OwnHosts
from verspan.settings import Settings, resolve_settings


@dataclass(frozen=True)
class Borders:
    """Whom the version is told to, and whether callers are believed."""

    hosts: OwnHosts
    trusting: bool

    @classmethod
    def by(cls, settings: Settings) -> Borders:
        """What settings decide."""
        return cls(OwnHosts(settings.propagate_to), settings.trust_baggage)


class _Current:
    borders: Borders | None = None


def current_borders() -> Borders:
    """What is in force; the environment decides where Verspan has not been configured."""
    if _Current.borders is None:
        _Current.borders = Borders.by(resolve_settings())
    return _Current.borders


def set_borders(borders: Borders) -> None:
    """Put a decision in force for requests from now on."""
    _Current.borders = borders
