"""OpenTelemetry's sampler variables decide what is recorded, stored and written to disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Say

PROGRAM = """
import verspan
from opentelemetry.context import attach
from opentelemetry.propagate import extract

@verspan.trace
def answer(question):
    return question.upper()

verspan.configure()
attach(extract({headers}))
answer("where is my parcel?")
print([trace.name for trace in verspan.search_traces(text="parcel")])
"""
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"
ALONE: dict[str, str] = {}
SAMPLED, UNSAMPLED = ({"traceparent": f"{CALLER}-{flags}"} for flags in ("01", "00"))


@pytest.mark.parametrize(
    ("sampler", "headers", "stored"),
    [
        ("always_off", ALONE, []),
        ("always_off", SAMPLED, []),
        ("traceidratio 0.0", ALONE, []),
        ("traceidratio 1.0", ALONE, ["answer"]),
        ("parentbased_always_on", UNSAMPLED, []),
        ("parentbased_always_on", ALONE, ["answer"]),
        ("parentbased_always_off", SAMPLED, ["answer"]),
        ("parentbased_traceidratio 1.0", UNSAMPLED, []),
    ],
)
def test_sampler(say: Say, tmp_path: Path, sampler: str, headers: dict[str, str], stored: list[str]) -> None:
    """What a sampler or an unsampled caller leaves out is neither in the store nor anywhere else on disk."""
    name, _, argument = sampler.partition(" ")
    variables = {"OTEL_TRACES_SAMPLER": name, "OTEL_TRACES_SAMPLER_ARG": argument, "VERSPAN_EXPORTERS": "local"}
    assert say(PROGRAM.format(headers=headers), **variables) == [str(stored)]
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "app.py"]
    assert stored or not [path for path in files if b"parcel" in path.read_bytes()]
