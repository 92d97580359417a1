"""Whole trees of spans as JSON files, to be compared with and, under ``UPDATE_SNAPSHOTS=1``, to be written anew."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from verspan import semconv
from verspan.testing import CapturedSpan

_MEASURED = {
    semconv.SERVER_PORT: "<port>",
    semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: "<seconds>",
    semconv.EXCEPTION_STACKTRACE: "<stack trace>",
}


def assert_tree(file: Path, spans: Sequence[CapturedSpan]) -> None:
    """Fail unless the spans, in the order in which they ended, are those in the file.

    Args:
        file: the snapshot.
        spans: what was captured.
    """
    found = [_described(span) for span in spans]
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    assert (json.loads(file.read_text("utf-8")) if file.is_file() else None) == found


def outline(spans: Sequence[CapturedSpan]) -> list[str]:
    """Each span with its parent, as ``parent > name``, in the order of the alphabet."""
    return sorted(f"{span.parent} > {span.name}" for span in spans)


def _described(span: CapturedSpan) -> dict[str, Any]:
    told = asdict(span)
    told["attributes"] = _plain(span.attributes)
    told["content"] = _plain(span.content)
    told["events"] = [[name, _plain(attributes)] for name, attributes in span.events]
    return dict(json.loads(json.dumps(told)))


def _plain(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _MEASURED.get(name, _parsed(name, value)) for name, value in attributes.items()}


def _parsed(name: str, value: Any) -> Any:
    return json.loads(value) if name in semconv.CONTENT_ATTRIBUTES and isinstance(value, str) else value
