"""Traces from wherever they are, in a store: the one that keeps them, or one that holds what was asked of a Jaeger.

What is read from elsewhere goes into a store of its own in a temporary folder, so that every view and every figure is
the same as that of the local one: normalised, priced, and counted once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from verspan.semconv import LOGGED_MODEL_ID, LOGGED_MODEL_NAME
from verspan.sources.jaeger import Jaeger, Json
from verspan.sources.jaeger_spans import spans_of, trace_state_of
from verspan.sources.model import ObservedTrace, Window
from verspan.sources.weights import weight_of
from verspan.store.opening import open_store
from verspan.versions.identity import is_model_id

if TYPE_CHECKING:
    from verspan.store.interface import Store

_BATCH = 500  # traces that are stored at a time
_ID_DIGITS = 32


@dataclass(frozen=True)
class Source:
    """Traces in a store."""

    store: Store
    weights: Mapping[str, float] = field(default_factory=dict)
    """How many traces each stands for, by its id; 1 for one that is not named."""

    def observed(self, model_id: str, window: Window) -> Iterator[ObservedTrace]:
        """The traffic of a version, weighted; see :class:`~verspan.sources.model.TraceObservations`."""
        for trace in self.store.observations.observed(model_id, window):
            weight = self.weights.get(trace.trace_id, 1.0)
            yield trace if weight == 1.0 else trace._replace(weight=weight)


@contextmanager
def fetched(place: str, versions: Sequence[str], window: Window) -> Iterator[Source]:
    """The traces of some versions that a Jaeger has.

    Args:
        place: such as ``jaeger://localhost:16686``.
        versions: names or ids of versions, or beginnings of either; of all versions where it is empty.
        window: when they started.

    Raises:
        InvalidArgumentError: the place names no source.
        StoreUnavailableError: it does not answer.
    """
    jaeger = Jaeger.at(place)
    with _temporary_store() as store:
        yield Source(store, _kept(store, _traces(jaeger, versions, window)))


@contextmanager
def fetched_trace(place: str, trace_id: str) -> Iterator[Source]:
    """One trace that a Jaeger has.

    Args:
        place: such as ``jaeger://localhost:16686``.
        trace_id: the trace's id, whole.

    Raises:
        InvalidArgumentError: the place names no source.
        NotFoundError: there is no such trace.
        StoreUnavailableError: it does not answer.
    """
    trace = Jaeger.at(place).trace(trace_id)
    with _temporary_store() as store:
        yield Source(store, _kept(store, [trace]))


@contextmanager
def _temporary_store() -> Iterator[Store]:
    with (
        tempfile.TemporaryDirectory(prefix="verspan-") as folder,
        closing(open_store(f"sqlite:///{Path(folder) / 'traces.db'}")) as store,
    ):
        yield store


def _traces(jaeger: Jaeger, versions: Sequence[str], window: Window) -> Iterator[Json]:
    """What a search by id or whole name finds; where a version is named by less, every trace is looked at."""
    for version in versions or [""]:
        found = False
        for tags in _searches(version):
            for trace in jaeger.traces(tags, window.since_ns, window.until_ns):
                found = True
                yield trace
            if found:
                break


def _searches(version: str) -> Iterator[Mapping[str, str]]:
    if is_model_id(version):
        yield {LOGGED_MODEL_ID: version}
        return
    if version:
        yield {LOGGED_MODEL_NAME: version}
    yield {}


def _kept(store: Store, traces: Iterable[Json]) -> Mapping[str, float]:
    """Store traces; returns the weights of those that stand for others, too."""
    weights: dict[str, float] = {}
    pending = iter(traces)
    while batch := list(islice(pending, _BATCH)):
        store.write_spans([span for trace in batch for span in spans_of(trace)])
        found = ((trace["traceID"].rjust(_ID_DIGITS, "0"), weight_of(trace_state_of(trace))) for trace in batch)
        weights |= {trace_id: weight for trace_id, weight in found if weight != 1.0}
    return weights
