"""Reading what is new of two versions, look by look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.sources.model import Window
from verspan.sources.opening import Source
from verspan.versions.resolving import resolve_model
from verspan.watching.observing import Traffic
from verspan.watching.plan import Plan

Opens = Callable[[Sequence[str], Window], AbstractContextManager[Source]]
"""Opens where the traces are: for these versions, and those that started in this window."""
AGAIN_NS = 15 * 60 * 1_000_000_000
"""How far back is read again: a trace is there once its root has ended, and some of its spans may come later. One that
takes longer is not seen."""


@dataclass
class _Version:
    named: str
    """How it is asked for: as somebody named it, and by its id from when that is known."""
    name: str
    traffic: Traffic


class Reader:
    """The traffic of both versions so far, of which each reading adds what is new."""

    def __init__(self, plan: Plan, opens: Opens) -> None:
        self._plan = plan
        self._opens = opens
        self._since_ns = plan.since_ns
        self._versions = [_Version(named, named, Traffic(plan.cluster_by)) for named in (plan.baseline, plan.candidate)]

    @property
    def names(self) -> tuple[str, str]:
        """The names of both versions, as far as they are known."""
        return self._versions[0].name, self._versions[1].name

    @property
    def traffic(self) -> tuple[Traffic, Traffic]:
        """What has been read of the baseline and of the candidate."""
        return self._versions[0].traffic, self._versions[1].traffic

    def read(self, now_ns: int) -> list[str]:
        """Take in what is new.

        Args:
            now_ns: the time.

        Returns:
            What was not found: a sentence for each version that nothing is known of yet.

        Raises:
            InvalidArgumentError: both are the same version.
            StoreUnavailableError: the traces cannot be read now.
        """
        window = Window(self._since_ns, None, self._plan.environment)
        try:
            with self._opens([version.named for version in self._versions], window) as source:
                missing = [self._take(version, source, window) for version in self._versions]
        except NotFoundError as error:  # there is no store yet
            return [str(error)]
        self._since_ns = max(self._plan.since_ns, now_ns - AGAIN_NS)
        for version in self._versions:
            version.traffic.forget(self._since_ns)
        return [each for each in missing if each is not None]

    def _take(self, version: _Version, source: Source, window: Window) -> str | None:
        try:
            found = resolve_model(source.store, version.named)
        except NotFoundError as error:
            return None if len(version.traffic) else str(error)
        version.named, version.name = found.model_id, found.name
        if self._versions[0].named == self._versions[1].named:
            raise InvalidArgumentError(f"{found.name} is compared with itself: name two versions")
        version.traffic.add(source.observed(found.model_id, window))
        return None
