"""What is written into a version's record over time: parameters, metrics, tags, a note, and links to other versions."""

from __future__ import annotations

import time
from collections.abc import Mapping

from verspan.errors import InvalidArgumentError
from verspan.versions.changing import changed, named
from verspan.versions.checking import (
    checked_integer,
    checked_note,
    checked_number,
    checked_params,
    checked_tags,
)
from verspan.versions.identity import checked_name
from verspan.versions.model import LoggedModel, ModelMetric
from verspan.versions.registry import opened_store


def log_model_params(params: Mapping[str, str], model_id: str | None = None) -> LoggedModel:
    """Add parameters to a version. They may change while it is PENDING; later each keeps the value that it has.

    Args:
        params: texts by name, of up to 6,000 characters; numbers and truth values are kept as text.
        model_id: the version's id, or its name; else the active version.

    Returns:
        The version as it is then, as every function here does.

    Raises:
        InvalidArgumentError: a parameter cannot be kept, or has another value for good.
        NotFoundError: there is no such version.
        StoreError: the store cannot be written.
    """
    checked = checked_params(params)
    return changed(model_id, lambda records, found: records.log_params(found, checked))


def log_metric(  # noqa: PLR0913 - MLflow's arguments
    key: str,
    value: float,
    step: int | None = None,
    *,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: object = None,
) -> LoggedModel:
    """Add one measurement to a version; see :func:`log_metrics`."""
    return log_metrics({key: value}, step, timestamp=timestamp, model_id=model_id, dataset=dataset)


def log_metrics(
    metrics: Mapping[str, float],
    step: int | None = None,
    *,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: object = None,
) -> LoggedModel:
    """Add measurements to a version. A search looks at the last of each metric, by time and step.

    Args:
        metrics: finite numbers by name.
        step: which of several measurements of a moment; else 0.
        timestamp: when it was measured, in milliseconds since the epoch; else now.
        model_id: the version's id, or its name; else the active version.
        dataset: the data that it was measured on: a name, or what has one in ``name``.

    Raises:
        InvalidArgumentError: a measurement cannot be kept.
        NotFoundError: there is no such version.
        StoreError: the store cannot be written.
    """
    if not isinstance(metrics, Mapping):
        raise InvalidArgumentError(f"the metrics are {type(metrics).__name__} and not a dictionary of numbers")
    moment = time.time_ns() // 1_000_000 if timestamp is None else checked_integer(timestamp, "timestamp")
    number = 0 if step is None else checked_integer(step, "step")
    data = None if dataset is None else checked_name(getattr(dataset, "name", dataset), "dataset's name")
    measured = [
        ModelMetric(checked_name(key, "metric's name"), checked_number(value, f"metric {key!r}"), moment, number, data)
        for key, value in metrics.items()
    ]
    return changed(model_id, lambda records, found: records.log_metrics(found, measured))


def set_logged_model_tags(model_id: str | None, tags: Mapping[str, str]) -> LoggedModel:
    """Add tags to a version, or change their values.

    Args:
        model_id: the version's id, or its name; None for the active version.
        tags: texts by name, of up to 8,000 characters; numbers and truth values are kept as text.

    Raises:
        InvalidArgumentError: a tag cannot be kept.
        NotFoundError: there is no such version.
        StoreError: the store cannot be written.
    """
    checked = checked_tags(tags)
    return changed(model_id, lambda records, found: records.set_tags(found, checked))


def delete_logged_model_tag(model_id: str | None, key: str) -> LoggedModel:
    """Take a tag of a version away.

    Args:
        model_id: the version's id, or its name; None for the active version.
        key: the tag's name.

    Raises:
        NotFoundError: there is no such version, or it has no such tag.
        StoreError: the store cannot be written.
    """
    checked = checked_name(key, "tag's name")
    return changed(model_id, lambda records, found: records.delete_tag(found, checked))


def set_logged_model_note(model_id: str | None, note: str | None) -> LoggedModel:
    """Write a note on a version, in place of the one that is there.

    Args:
        model_id: the version's id, or its name; None for the active version.
        note: up to 100,000 characters; None for no note.

    Raises:
        InvalidArgumentError: the note cannot be kept.
        NotFoundError: there is no such version.
        StoreError: the store cannot be written.
    """
    checked = checked_note(note)
    return changed(model_id, lambda records, found: records.set_note(found, checked))


def set_logged_model_parent(model_id: str | None, parent_model_id: str | None) -> LoggedModel:
    """Say which version a version was made from.

    Args:
        model_id: the version's id, or its name; None for the active version.
        parent_model_id: the other's id, or its name; None for none.

    Raises:
        InvalidArgumentError: the version would come from itself.
        NotFoundError: there is no such version.
        StoreError: the store cannot be written.
    """
    other = _id_of(parent_model_id)
    return changed(model_id, lambda records, found: records.set_parent(found, other))


def set_logged_model_baseline(model_id: str | None, baseline_model_id: str | None) -> LoggedModel:
    """Say which version a version is to be compared with; see :func:`set_logged_model_parent`."""
    other = _id_of(baseline_model_id)
    return changed(model_id, lambda records, found: records.set_baseline(found, other))


def _id_of(version: str | None) -> str | None:
    if version is None:
        return None
    with opened_store() as store:
        return named(store, version).model_id
