"""From what is asked to the points of a trend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from verspan.comparison.model import Interval
from verspan.deployments.environments import by_environment
from verspan.deployments.model import Deployment
from verspan.deployments.timeline import deployments_of
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.sources.model import Window
from verspan.store.interface import ModelQuery, Store
from verspan.trends.gathering import Key, Observations, figure_of
from verspan.trends.model import By, Point, ReadFrom, Trend
from verspan.trends.question import TrendQuery
from verspan.trends.reading import OF_TRACES, observed_of, said_of
from verspan.trends.roll_ups import CALLS, OF_CALLS, calls_by_hour
from verspan.versions.model import LoggedModel
from verspan.versions.resolving import resolve_model

_NS_IN_MS = 1_000_000
_MOST_VERSIONS = 10_000
_Figure = tuple[float | None, Interval | None, int]
"""A value, where it lies, and how many observations are behind it."""


def trend_of(store: Store, asked: TrendQuery) -> Trend:
    """A metric over versions or over time.

    Args:
        store: where the versions and their traces are.
        asked: which metric, by what.

    Raises:
        InvalidArgumentError: the metric is not kept by what is asked.
        NotFoundError: there is no such version, or nothing of that metric.
        StoreError: the store cannot be read.
    """
    models = _models(store, asked)
    shown = models[-asked.limit :] if asked.by is By.VERSION else models
    deployments = _deployments(store, asked.window.environment)
    if asked.metric in OF_CALLS:
        return _of_calls(store, asked, shown, deployments)
    found, read = _observations(store, asked, [model.model_id for model in shown])
    if not found.of and read is ReadFrom.ASSESSMENTS:
        known = ", ".join([*OF_TRACES, *OF_CALLS])
        raise NotFoundError(f"there is no feedback {asked.metric!r} on these versions, and metrics are: {known}")
    figures: dict[Key, _Figure] = {}
    for key, gathered in found.of.items():
        sample = gathered.sample()
        figures[key] = *figure_of(found.metric, sample, asked.confidence), len(sample)
    notes = [f"{found.left_out} observations are left out, which have no such number"] if found.left_out else []
    if read is ReadFrom.TRACES:
        count = sum(rows for _, _, rows in figures.values())
        notes.append(f"{count} traces were read: no roll-up keeps this metric, as it does those of calls")
    points = _points(asked, shown, figures, deployments)
    return Trend(asked.metric, found.metric.unit, found.metric.goal, asked.by, points, asked.confidence, read, notes)


def _models(store: Store, asked: TrendQuery) -> list[LoggedModel]:
    """The versions in the order of their creation."""
    if asked.versions:
        found = [resolve_model(store, each, asked.experiment_name) for each in asked.versions]
    else:
        found = list(store.find_models(ModelQuery(asked.experiment_name, limit=_MOST_VERSIONS)))
    once = {model.model_id: model for model in found}
    return sorted(once.values(), key=lambda model: (model.creation_timestamp, model.name))


def _deployments(store: Store, environment: str | None) -> list[Deployment]:
    events = by_environment(store.deployments.events(environment)).values()
    return [deployment for told in events for deployment in deployments_of(told)]


def _observations(store: Store, asked: TrendQuery, model_ids: Sequence[str]) -> tuple[Observations, ReadFrom]:
    def key_of(model_id: str, time_ns: int) -> Key:
        return model_id if asked.by is By.VERSION else asked.stretch.start_of(time_ns)

    measured = OF_TRACES.get(asked.metric)
    if measured is None:
        return said_of(store, asked.metric, model_ids, asked.window, key_of), ReadFrom.ASSESSMENTS
    return observed_of(store, measured, model_ids, asked, key_of), ReadFrom.TRACES


def _of_calls(
    store: Store, asked: TrendQuery, models: Sequence[LoggedModel], deployments: Sequence[Deployment]
) -> Trend:
    """A trend out of the store's roll-ups."""
    kept, ids = OF_CALLS[asked.metric], [model.model_id for model in models]
    figures: dict[Key, _Figure] = {}
    if asked.metric == CALLS and (asked.by is By.TIME or asked.window != Window()):
        for key, calls in _counted(store, asked, ids).items():
            figures[key] = float(calls), None, calls
    elif asked.by is By.TIME or asked.window != Window():
        raise InvalidArgumentError(
            f"{asked.metric!r} is kept for a version as a whole: ask by version, and for no time or environment of it,"
            f" or for {asked.metric.removeprefix('call ')!r} of traces"
        )
    else:
        for model_id, each in store.figures(ids).items():
            figures[model_id] = kept.value(each), kept.interval(each, asked.confidence), each.calls
    points = _points(asked, models, figures, deployments)
    return Trend(asked.metric, kept.unit, kept.goal, asked.by, points, asked.confidence, ReadFrom.ROLL_UPS)


def _counted(store: Store, asked: TrendQuery, model_ids: Sequence[str]) -> Counter[Key]:
    counted: Counter[Key] = Counter()
    for (model_id, hour_ns), calls in calls_by_hour(store, model_ids, asked.window).items():
        counted[model_id if asked.by is By.VERSION else asked.stretch.start_of(hour_ns)] += calls
    return counted


def _points(
    asked: TrendQuery,
    models: Sequence[LoggedModel],
    figures: Mapping[Key, _Figure],
    deployments: Sequence[Deployment],
) -> list[Point]:
    if asked.by is By.VERSION:
        return [_of_version(model, figures, deployments) for model in models]
    points = list(_of_time(asked, figures))[-asked.limit :]
    return [replace(point, deployments=_begun(deployments, point)) for point in points]


def _of_version(model: LoggedModel, figures: Mapping[Key, _Figure], deployments: Sequence[Deployment]) -> Point:
    value, interval, rows = figures.get(model.model_id, (None, None, 0))
    return Point(
        label=model.name,
        value=value,
        interval=interval,
        rows=rows,
        start_ns=model.creation_timestamp * _NS_IN_MS,
        model_id=model.model_id,
        deployments=[each for each in deployments if each.model_id == model.model_id],
    )


def _of_time(asked: TrendQuery, figures: Mapping[Key, _Figure]) -> Iterator[Point]:
    """A point for every stretch from the first one to the last, those included in which there was nothing."""
    starts = [key for key in figures if isinstance(key, int)]
    length = asked.stretch.length_ns
    for start_ns in range(min(starts), max(starts) + 1, length) if starts else ():
        value, interval, rows = figures.get(start_ns, (None, None, 0))
        yield Point(asked.stretch.label(start_ns), value, interval, rows, start_ns, start_ns + length)


def _begun(deployments: Sequence[Deployment], point: Point) -> list[Deployment]:
    end_ns = point.start_ns if point.end_ns is None else point.end_ns
    return [each for each in deployments if point.start_ns <= each.start_timestamp * _NS_IN_MS < end_ns]
