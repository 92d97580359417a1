"""The JSON that every command prints with ``--json``: the fields of the dataclasses, by their own names.

Beside every field ``…_ns`` (nanoseconds since the epoch) stands ``…_time``, and beside every ``…_timestamp``
(milliseconds) likewise: the same moment in ISO 8601, UTC. Ids are whole, what is not known is null, and fields are
added, never renamed.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from verspan.cli.quantities import iso_time
from verspan.traces.model import StoredSpan, Trace, TraceSummary

_NS_PER_MS = 1_000_000


def as_json(document: Any, *, indented: bool = True) -> str:
    """A document as JSON, on many lines or on one."""
    import orjson

    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | (orjson.OPT_INDENT_2 if indented else 0)
    return orjson.dumps(document, default=_plain, option=options).decode()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _record(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return list(value)


def _record(record: Any) -> dict[str, Any]:
    if isinstance(record, Trace):
        return {**_record(record.summary), "spans": record.spans}
    if isinstance(record, TraceSummary):
        return {**_fields(record), "duration_ms": record.duration_ms}
    if isinstance(record, StoredSpan):
        duration_ms = (record.span.end_ns - record.span.start_ns) / 1e6
        return {**_fields(record.span), "duration_ms": duration_ms, "cost": record.cost}
    return _fields(record)


def _fields(record: Any) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for field in fields(record):
        value = document[field.name] = getattr(record, field.name)
        name, _, unit = field.name.rpartition("_")
        if unit in ("ns", "timestamp"):
            document["time" if name in ("", "time") else f"{name}_time"] = _time(value, unit)
    return document


def _time(value: int | None, unit: str) -> str | None:
    return None if value is None else iso_time(value if unit == "ns" else value * _NS_PER_MS)
