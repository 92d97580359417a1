"""Whole spans as JSON files, to be compared with and, under ``UPDATE_SNAPSHOTS=1``, to be written anew."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from tests.recordings.interactions import Interaction

from verspan import semconv

LONGEST_TEXT = 40
"""Characters of a recorded text that a snapshot shows; a longer one is told by its digest, not copied."""

_MESSAGE = "<the client's message>"
_MADE_UP = "<made up by the client>"
_MEASURED = {
    semconv.SERVER_PORT: "<port>",
    semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: "<seconds>",
    semconv.EXCEPTION_STACKTRACE: "<stack trace>",
}


def snapshot_file(folder: Path, interaction: Interaction) -> Path:
    """The file below a folder that holds the spans of an interaction, and of the others of its cassette."""
    return folder / f"{interaction.source}.json"


def assert_snapshot(
    folder: Path,
    interaction: Interaction,
    spans: Sequence[ReadableSpan],
    failure: str | None,
    made_up: str | None = None,
) -> None:
    """Fail unless the spans are those in the interaction's snapshot.

    Args:
        folder: of the client's snapshots.
        interaction: what was asked and answered.
        spans: what it left.
        failure: the text of the error that the client raised, which each major version words in its own way.
        made_up: what the client makes up anew each time, such as an id of its own.
    """
    stand_ins = {failure: _MESSAGE, made_up: _MADE_UP}
    found = _mapped(
        [_described(span) for span in spans],
        lambda value: stand_ins.get(value, value) if isinstance(value, str) else value,
    )
    if not interaction.is_synthetic:
        found = _mapped(found, _shortened)
    file = snapshot_file(folder, interaction)
    known = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    if os.environ.get("UPDATE_SNAPSHOTS"):
        known[interaction.key] = found
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    assert known.get(interaction.key) == found


def _described(span: ReadableSpan) -> dict[str, Any]:
    return {
        "name": span.name,
        "kind": span.kind.name,
        "status": {"code": span.status.status_code.name, "description": span.status.description},
        "attributes": _attributes(span.attributes),
        "events": [{"name": event.name, "attributes": _attributes(event.attributes)} for event in span.events],
    }


def _attributes(attributes: Any) -> dict[str, Any]:
    found = {}
    for name, value in attributes.items():
        plain = list(value) if isinstance(value, tuple) else value
        found[name] = _MEASURED.get(name, json.loads(value) if name in semconv.CONTENT_ATTRIBUTES else plain)
    return found


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return change(value)


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"<sha256 {hashlib.sha256(value.encode()).hexdigest()[:12]}, {len(value)} characters>"
    return value
