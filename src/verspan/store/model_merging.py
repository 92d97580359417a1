"""What is kept of two records of one version, whoever wrote them and in whatever order they come.

A record comes from every replica of an application, again at each of its starts, over telemetry as well, and late: it
adds what it knows and takes nothing away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from verspan.versions.identity import state_fingerprint
from verspan.versions.model import GitState, LoggedModel, LoggedModelStatus, ModelMetric, SeenFingerprint


def first_record(known: LoggedModel | None, given: LoggedModel) -> LoggedModel:
    """The first record of a version.

    Args:
        known: what there is of a version that only spans have told of: its first span, and what people have added.
        given: the record.
    """
    seen = _seen(_told_fingerprints(given))
    if known is None:
        return replace(given, fingerprints=seen, aliases=(), capture_id=None)
    return replace(
        given,
        creation_timestamp=min(known.creation_timestamp, given.creation_timestamp),
        params={**known.params, **given.params},
        tags={**known.tags, **given.tags},
        metrics=_metrics(known, given),
        note=given.note or known.note,
        parent_model_id=given.parent_model_id or known.parent_model_id,
        baseline_model_id=given.baseline_model_id or known.baseline_model_id,
        fingerprints=seen,
        aliases=(),
        capture_id=None,
        deleted_timestamp=known.deleted_timestamp,
    )


def merged(kept: LoggedModel, given: LoggedModel) -> LoggedModel:
    """A record that is kept, with what another of the same version adds.

    The earliest creation and the newest of the rest count. A parameter keeps its value once the version is READY or
    FAILED; one that is given with another value is another state of the version, and leaves its fingerprint.
    """
    newest, other = (given, kept) if given.last_updated_timestamp >= kept.last_updated_timestamp else (kept, given)
    # A process in a container, without a repository, is not to make forgotten what another has told of the code.
    knows = newest if newest.git not in (None, GitState()) or other.git is None else other
    return replace(
        newest,
        creation_timestamp=min(kept.creation_timestamp, given.creation_timestamp),
        status=_status(kept, given),
        git=knows.git,
        params=_params(kept, newest, other),
        tags={**other.tags, **newest.tags},
        metrics=_metrics(other, newest),
        note=newest.note or other.note,
        model_type=newest.model_type or other.model_type,
        parent_model_id=newest.parent_model_id or other.parent_model_id,
        baseline_model_id=newest.baseline_model_id or other.baseline_model_id,
        fingerprint=newest.fingerprint or other.fingerprint,
        fingerprints=_fingerprints(kept, given),
        aliases=kept.aliases,
        capture_id=kept.capture_id,
        deleted_timestamp=kept.deleted_timestamp,
    )


def contradicted(kept: LoggedModel, params: Mapping[str, str]) -> list[str]:
    """The names of parameters that a version has with another value, which does not change any more."""
    if kept.status is LoggedModelStatus.PENDING:
        return []
    return [name for name, value in params.items() if kept.params.get(name, value) != value]


def _status(kept: LoggedModel, given: LoggedModel) -> LoggedModelStatus:
    """The status of a version that is PENDING changes by a record with a history, not by one that has just been made.

    Each process that names a version makes a record, as READY, and knows nothing of what goes on elsewhere.
    """
    has_history = given.creation_timestamp < given.last_updated_timestamp >= kept.last_updated_timestamp
    return given.status if kept.status is LoggedModelStatus.PENDING and has_history else kept.status


def _params(kept: LoggedModel, newest: LoggedModel, other: LoggedModel) -> dict[str, str]:
    params = {**other.params, **newest.params}
    return params if kept.status is LoggedModelStatus.PENDING else {**params, **kept.params}


def _metrics(older: LoggedModel, newer: LoggedModel) -> tuple[ModelMetric, ...]:
    return with_metrics(older.metrics, newer.metrics)


def with_metrics(kept: Iterable[ModelMetric], added: Iterable[ModelMetric]) -> tuple[ModelMetric, ...]:
    """Measurements, where one that is added replaces the one of the same name, data, time and step."""
    by_place = {(each.key, each.dataset_name or "", each.timestamp, each.step): each for each in (*kept, *added)}
    return tuple(by_place[place] for place in sorted(by_place))


def _fingerprints(kept: LoggedModel, given: LoggedModel) -> tuple[SeenFingerprint, ...]:
    told = [*_told_fingerprints(kept), *_told_fingerprints(given)]
    if contradicted(kept, given.params):
        told += [_state(kept, kept.creation_timestamp), _state(given, given.last_updated_timestamp)]
    return _seen(told)


def _told_fingerprints(model: LoggedModel) -> list[SeenFingerprint]:
    own = model.fingerprint
    known = own is None or own in {each.fingerprint for each in model.fingerprints}
    return [*model.fingerprints, *([] if known else [SeenFingerprint(own or "", model.last_updated_timestamp)])]


def _state(model: LoggedModel, timestamp: int) -> SeenFingerprint:
    return SeenFingerprint(state_fingerprint(model.fingerprint, model.params) or "", timestamp)


def _seen(told: Iterable[SeenFingerprint]) -> tuple[SeenFingerprint, ...]:
    """Each fingerprint once, when it was first seen, the earliest first."""
    first: dict[str, int] = {}
    for each in told:
        first[each.fingerprint] = min(each.first_seen_timestamp, first.get(each.fingerprint, each.first_seen_timestamp))
    seen = [SeenFingerprint(fingerprint, timestamp) for fingerprint, timestamp in first.items()]
    return tuple(sorted(seen, key=lambda each: (each.first_seen_timestamp, each.fingerprint)))
