"""The span ``logged_model.registered``: a version's record on its way, for whoever receives telemetry and nothing else.

A process sends one for each version that it registers, so a server or a store that only ever sees OTLP has the same
record as the store of the process itself. A store takes the record out of the span and keeps no trace of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from verspan import semconv
from verspan.errors import InvalidArgumentError
from verspan.telemetry.vcs import git_state_in, vcs_attributes
from verspan.traces.model import SpanRecord
from verspan.versions.checking import checked_params, checked_tags
from verspan.versions.identity import checked_name, experiment_id_for, model_id_for
from verspan.versions.model import LoggedModel, LoggedModelStatus

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_TIMES: Final = range(2**53)  # milliseconds since the epoch, as far as JSON and doubles hold whole numbers


def registered_attributes(model: LoggedModel) -> dict[str, str | int | bool]:
    """A version's record as attributes of a span.

    A repository of which git could tell nothing leaves as little as no repository.
    """
    attributes: dict[str, str | int | bool] = {
        semconv.LOGGED_MODEL_ID: model.model_id,
        semconv.LOGGED_MODEL_NAME: model.name,
        semconv.LOGGED_MODEL_EXPERIMENT_NAME: model.experiment_name,
        semconv.LOGGED_MODEL_STATUS: model.status.value,
        semconv.LOGGED_MODEL_CREATION_TIMESTAMP: model.creation_timestamp,
        semconv.LOGGED_MODEL_LAST_UPDATED_TIMESTAMP: model.last_updated_timestamp,
        **vcs_attributes(model.git),
        **{semconv.LOGGED_MODEL_PARAM_PREFIX + name: value for name, value in model.params.items()},
        **{semconv.LOGGED_MODEL_TAG_PREFIX + name: value for name, value in model.tags.items()},
    }
    if model.git is not None and model.git.dirty is not None:
        attributes[semconv.LOGGED_MODEL_GIT_DIRTY] = model.git.dirty
    if model.fingerprint is not None:
        attributes[semconv.LOGGED_MODEL_FINGERPRINT] = model.fingerprint
    return attributes


def told_apart(spans: Iterable[SpanRecord]) -> tuple[list[LoggedModel], list[SpanRecord]]:
    """The records that are in some of the spans, and the others."""
    records: list[LoggedModel] = []
    others: list[SpanRecord] = []
    for span in spans:
        record = record_from_registered_span(span)
        if record is None:
            others.append(span)
        else:
            records.append(record)
    return records, others


def record_from_registered_span(span: SpanRecord) -> LoggedModel | None:
    """The version's record in a span, whoever sent it.

    Returns:
        None where it is another span, or where what it says cannot be a record: a name that is none, a tag as long as a
        book, or an id that is not the one of experiment and name, so that nobody can overwrite another version's
        record.
    """
    if span.name != semconv.SPAN_REGISTERED:
        return None
    try:
        return _record(span.attributes)
    except (InvalidArgumentError, ValueError):
        return None


def _record(found: Mapping[str, Any]) -> LoggedModel | None:
    name = checked_name(found.get(semconv.LOGGED_MODEL_NAME), "version name")
    experiment = checked_name(found.get(semconv.LOGGED_MODEL_EXPERIMENT_NAME), "experiment name")
    dirty = found.get(semconv.LOGGED_MODEL_GIT_DIRTY)
    if found.get(semconv.LOGGED_MODEL_ID) != model_id_for(experiment, name):
        return None
    return LoggedModel(
        model_id=model_id_for(experiment, name),
        name=name,
        experiment_id=experiment_id_for(experiment),
        experiment_name=experiment,
        creation_timestamp=_milliseconds(found.get(semconv.LOGGED_MODEL_CREATION_TIMESTAMP)),
        last_updated_timestamp=_milliseconds(found.get(semconv.LOGGED_MODEL_LAST_UPDATED_TIMESTAMP)),
        status=LoggedModelStatus(found.get(semconv.LOGGED_MODEL_STATUS)),
        git=git_state_in(found, dirty=dirty if isinstance(dirty, bool) else None),
        params=checked_params(_named(found, semconv.LOGGED_MODEL_PARAM_PREFIX)),
        tags=checked_tags(_named(found, semconv.LOGGED_MODEL_TAG_PREFIX)),
        fingerprint=_fingerprint(found.get(semconv.LOGGED_MODEL_FINGERPRINT)),
    )


def _milliseconds(value: object) -> int:
    if type(value) is not int or value not in _TIMES:
        raise ValueError(value)
    return value


def _fingerprint(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _FINGERPRINT.fullmatch(value):
        raise ValueError(value)
    return value


def _named(found: Mapping[str, Any], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): str(value) for name, value in found.items() if name.startswith(prefix)}
