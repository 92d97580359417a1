"""What deployments ask of a store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from verspan.deployments.model import DeploymentEvent, NewEvent, TrafficHour

Decide: TypeAlias = Callable[[Sequence[DeploymentEvent]], Sequence[NewEvent]]
"""From the ledger of an environment to what is to be added to it; it may raise, and nothing is added."""


class DeploymentRecords(Protocol):
    """The ledger of a store, and the traffic that it keeps as spans are stored."""

    def change(self, environment: str, decide: Decide) -> Sequence[DeploymentEvent]:
        """Add to the ledger of an environment what is decided on its present state, and note it in the audit log.

        Returns:
            The whole ledger of the environment, in the order in which things were so.
        """
        ...

    def events(self, environment: str | None = None) -> Sequence[DeploymentEvent]:
        """The ledger of one environment or of all, in the order in which things were so."""
        ...

    def traffic(
        self, environment: str | None = None, since_hour: int | None = None, until_hour: int | None = None
    ) -> Sequence[TrafficHour]:
        """What was seen by the hour, in order.

        Args:
            environment: only this one.
            since_hour: that hour or later, in hours since the epoch.
            until_hour: that hour or earlier.
        """
        ...
