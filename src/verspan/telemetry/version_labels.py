"""The version as an attribute of metrics, bounded in how many there are.

Whatever keeps metrics keeps a series for each set of attributes, for ever in most of them, so a program that makes a
version for each request must not make a series for each.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from verspan.context import ActiveVersion
from verspan.semconv import LOGGED_MODEL_ID, LOGGED_MODEL_NAME, OTEL_METRIC_OVERFLOW

Labels = Mapping[str, "str | bool"]

MOST_VERSIONS: Final = 100
"""Versions of one process that metrics tell apart."""
_NONE: Final[Labels] = MappingProxyType({})
_OVERFLOW: Final[Labels] = MappingProxyType(
    {LOGGED_MODEL_ID: "overflow", LOGGED_MODEL_NAME: "overflow", OTEL_METRIC_OVERFLOW: True}
)

_logger = logging.getLogger(__name__)


class VersionLabels:
    """The attributes of each version that was measured first; those that come later share one set.

    Args:
        most: how many are told apart.
    """

    def __init__(self, most: int = MOST_VERSIONS) -> None:
        self._most = most
        self._known: dict[ActiveVersion, Labels] = {}
        self._overflown = False
        self.renew_lock()

    def renew_lock(self) -> None:
        """Replace the lock, which another thread may have held when this process was forked."""
        self._lock = threading.Lock()

    def of(self, version: ActiveVersion | None) -> Labels:
        """The attributes that a metric carries for a version; none where there is no version."""
        if version is None:
            return _NONE
        return self._known.get(version) or self._add(version)

    def _add(self, version: ActiveVersion) -> Labels:
        with self._lock:
            if len(self._known) < self._most:
                return self._known.setdefault(version, _labels(version))
            overflows, self._overflown = not self._overflown, True
        if overflows:
            _logger.warning(
                "Metrics tell no more than %d versions of a process apart: those of further ones are added up with "
                "logged_model.name=overflow. Spans carry their own version all the same.",
                self._most,
            )
        return _OVERFLOW


def _labels(version: ActiveVersion) -> Labels:
    labels = {LOGGED_MODEL_ID: version.model_id}
    return labels if version.name is None else {**labels, LOGGED_MODEL_NAME: version.name}


PROCESS_VERSIONS: Final = VersionLabels()
"""Those of this process, for every metric of every instrumentor."""
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=PROCESS_VERSIONS.renew_lock)
