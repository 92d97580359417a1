"""Captures of versions, as they stand in a file and as they are kept from one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verspan.store.interface import Store
from verspan.versions.capture.manifest import manifest_of
from verspan.versions.capture.model import Capture
from verspan.versions.identity import checked_model_id


@dataclass(frozen=True)
class VersionCapture:
    """A state in which a version was seen."""

    model_id: str
    capture: Capture


def captures_of(store: Store, model_ids: Sequence[str]) -> Iterator[VersionCapture]:
    """Every state in which the versions were seen, in the order in which it was first seen."""
    for model_id in model_ids:
        for kept in store.captures.of(model_id):
            yield VersionCapture(model_id, store.captures.load(kept.capture_id))


def check_capture(found: VersionCapture) -> VersionCapture:
    """The capture, where it says whose it is.

    Raises:
        ValueError: it does not.
    """
    checked_model_id(found.model_id)
    return found


def keep_capture(store: Store, found: VersionCapture) -> None:
    """Keep a state in which a version was seen, unless the store has it: it was not seen again now."""
    known = {kept.capture_id for kept in store.captures.of(found.model_id)}
    if manifest_of(found.capture).capture_id not in known:
        store.captures.keep(found.model_id, found.capture)
