"""What instrumentation may capture and under which names it reports: decided once, read on every call."""

from __future__ import annotations

from dataclasses import dataclass

from verspan.settings import ContentMode, MetricDialect


@dataclass(frozen=True)
class Policy:
    """What :func:`verspan.configure` decided."""

    content: ContentMode = ContentMode.LOCAL
    local: bool = False
    """Whether something in this process keeps content locally."""
    metric_dialect: MetricDialect = MetricDialect.V1_41

    @property
    def captures(self) -> bool:
        """Whether content goes anywhere at all; where it does not, none is read."""
        if self.content is ContentMode.LOCAL:
            return self.local
        return self.content.captured


class _Current:
    policy = Policy()


def current_policy() -> Policy:
    """The policy in force."""
    return _Current.policy


def set_policy(policy: Policy) -> None:
    """Put a policy in force for calls that start from now on."""
    _Current.policy = policy
