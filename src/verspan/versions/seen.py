"""What a version has been by its traces, for who asks by its name."""

from __future__ import annotations

from collections.abc import Sequence

from verspan.versions.behaviour import BehaviourState, behaviour_states
from verspan.versions.registry import opened_store
from verspan.versions.resolving import resolve_model


def seen_states(version: str) -> Sequence[BehaviourState]:
    """The states that a version has gone through by its traces, the earliest first: models, prompts, tools, parameters.

    It tells one state from the next where neither git nor anybody has named them.

    Args:
        version: its name, its id, a beginning of either, or ``experiment@alias``.

    Raises:
        NotFoundError: there is no such version.
        StoreError: the store cannot be read.
    """
    with opened_store() as store:
        return behaviour_states(store.captures.seen_calls(resolve_model(store, version).model_id))
