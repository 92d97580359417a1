"""From what was done to what was live: the ledger of an environment, read as a timeline.

Everything here is about one environment, whose events come in the order in which things were so; an event that was told
of late stands where it belongs, and whatever follows from it follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from verspan.deployments.model import Deployment, DeploymentEvent, EventKind


def deployments_of(events: Iterable[DeploymentEvent]) -> list[Deployment]:
    """Which version was live from when to when, the earliest first."""
    ended: list[Deployment] = []
    live: dict[str, Deployment] = {}
    for event in events:
        leaving = [model_id for model_id in live if _ends(event, model_id)]
        ended += [_ended(live.pop(model_id), event) for model_id in leaving]
        if event.kind is not EventKind.UNDEPLOY and event.model_id not in live:
            known = any(deployment.model_id == event.model_id for deployment in ended)
            live[event.model_id] = _started(event, rollback=known and event.kind is EventKind.DEPLOY)
    lasting = [deployment for deployment in ended if deployment.end_timestamp != deployment.start_timestamp]
    return sorted([*lasting, *live.values()], key=lambda deployment: deployment.start_timestamp)


def live_at(events: Iterable[DeploymentEvent], timestamp: int) -> list[Deployment]:
    """Those that were live at a moment, in milliseconds since the epoch; the one that came first comes first."""
    return [deployment for deployment in deployments_of(events) if deployment.covers(timestamp)]


def predecessor_of(events: Iterable[DeploymentEvent], timestamp: int) -> str | None:
    """The id of the version to go back to from what was live at a moment; None where there is none.

    Who goes back twice comes to the version before: going back takes away what came after, rather than adding to it.
    """
    stack: list[str] = []
    for event in events:
        if event.timestamp > timestamp:
            break
        if event.kind is EventKind.UNDEPLOY:
            stack = [model_id for model_id in stack if model_id != event.model_id]
        elif event.model_id in stack:
            del stack[stack.index(event.model_id) + 1 :]
        else:
            stack.append(event.model_id)
    return stack[-2] if len(stack) > 1 else None


def _ends(event: DeploymentEvent, model_id: str) -> bool:
    """Whether an event ends a version that is live."""
    if event.kind is EventKind.DEPLOY:
        return event.model_id != model_id
    return event.kind is EventKind.UNDEPLOY and event.model_id == model_id


def _ended(deployment: Deployment, event: DeploymentEvent) -> Deployment:
    replaced_by = event.model_id if event.kind is EventKind.DEPLOY else None
    return replace(deployment, end_timestamp=event.timestamp, ended_by=event.actor, replaced_by=replaced_by)


def _started(event: DeploymentEvent, *, rollback: bool) -> Deployment:
    return Deployment(
        environment=event.environment,
        model_id=event.model_id,
        model_name=event.model_name,
        start_timestamp=event.timestamp,
        end_timestamp=None,
        deployed_by=event.actor,
        ended_by=None,
        replaced_by=None,
        rollback=rollback,
        note=event.note,
    )
