"""Spans out of the JSON that MLflow 3 has of them.

Its database and its trace files have one form, in which the value of an attribute is JSON within the JSON; its server
answers in that of OTLP. Ids are base64 in both, and ``tr-`` or ``0x`` with hexadecimal digits in what 3.5 wrote.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from verspan.mlflow_import.model import MlflowSpan

_TRACE_DIGITS = 32
_SPAN_DIGITS = 16


def span_from(document: Mapping[str, Any]) -> MlflowSpan:
    """The span of a document.

    Raises:
        ValueError: it is not one of MLflow 3.
    """
    try:
        return _span(document)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("it is not a span as MLflow 3 has them") from error


def _span(document: Mapping[str, Any]) -> MlflowSpan:
    parent = document.get("parent_span_id")
    status = document.get("status") or {}
    return MlflowSpan(
        trace_id=_hexadecimal(document["trace_id"], _TRACE_DIGITS),
        span_id=_hexadecimal(document["span_id"], _SPAN_DIGITS),
        parent_span_id=_hexadecimal(parent, _SPAN_DIGITS) if parent else None,
        name=str(document["name"]),
        start_ns=int(document["start_time_unix_nano"]),
        end_ns=int(document.get("end_time_unix_nano") or document["start_time_unix_nano"]),
        status=str(status.get("code", "UNSET")).removeprefix("STATUS_CODE_"),
        status_message=str(status.get("message") or ""),
        attributes=_attributes(document.get("attributes") or {}, nested=True),
        events=[
            (str(event["name"]), int(event["time_unix_nano"]), _attributes(event.get("attributes") or {}, nested=False))
            for event in document.get("events") or []
        ],
        links=[
            (
                _hexadecimal(link["trace_id"], _TRACE_DIGITS),
                _hexadecimal(link["span_id"], _SPAN_DIGITS),
                _attributes(link.get("attributes") or {}, nested=False),
            )
            for link in document.get("links") or []
        ],
    )


def _hexadecimal(text: str, digits: int) -> str:
    plain = text.removeprefix("tr-").removeprefix("0x")
    found = plain if len(plain) == digits else _decoded(text).hex()
    if len(found) != digits:
        raise ValueError(f"{text!r} is not an id")
    return found.lower()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{text!r} is not an id") from error


def _attributes(found: Mapping[str, Any] | Sequence[Mapping[str, Any]], *, nested: bool) -> dict[str, Any]:
    if isinstance(found, Mapping):
        return {name: _parsed(value) if nested else value for name, value in found.items()}
    return {each["key"]: _any_value(each.get("value") or {}) for each in found}


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _any_value(value: Mapping[str, Any]) -> Any:
    """A value of OTLP's ``AnyValue``, with either spelling of its fields."""
    if not value:
        return None
    ((field, content),) = value.items()
    kind = field.replace("_v", "V")
    if kind == "kvlistValue":
        return {each["key"]: _any_value(each.get("value") or {}) for each in content.get("values", ())}
    if kind == "arrayValue":
        return [_any_value(each) for each in content.get("values", ())]
    if kind == "intValue":
        return int(content)
    return base64.b64decode(content) if kind == "bytesValue" else content
