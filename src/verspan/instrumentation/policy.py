"""What instrumentation may capture and under which names it reports: decided once, read on every call."""

from __future__ import annotations

from dataclasses import dataclass, field

from verspan.settings import ContentMode, MetricDialect


@dataclass(frozen=True)
class Policy:
    """What :func:`verspan.configure` decided. What follows from it is worked out once, since every call asks."""

    content: ContentMode = ContentMode.LOCAL
    local: bool = False
    """Whether something in this process keeps content locally."""
    metric_dialect: MetricDialect = MetricDialect.V1_41
    stream_usage: bool = False
    """Whether streams that would tell no tokens are asked for them."""
    captures: bool = field(init=False)
    """Whether content goes anywhere at all; where it does not, none is read."""
    on_spans: bool = field(init=False)
    """Whether content is set on spans, and so goes wherever spans go."""
    on_events: bool = field(init=False)
    """Whether content is sent as log events."""

    def __post_init__(self) -> None:
        """Work out what follows."""
        mode = self.content
        object.__setattr__(self, "captures", self.local if mode is ContentMode.LOCAL else mode.captured)
        object.__setattr__(self, "on_spans", mode.on_spans)
        object.__setattr__(self, "on_events", mode.on_events)


class InForce:
    """The policy that calls read; whoever does so on every call takes it from here."""

    policy = Policy()


def current_policy() -> Policy:
    """The policy in force."""
    return InForce.policy


def set_policy(policy: Policy) -> None:
    """Put a policy in force for calls that start from now on."""
    InForce.policy = policy
