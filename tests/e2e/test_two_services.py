"""FastAPI to FastAPI to a model, two versions in one trace, in a real Jaeger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.e2e.application import Application
from tests.e2e.collector import Collector
from tests.e2e.jaeger import Jaeger
from tests.e2e.programs import EXAMPLES

from verspan.traces.model import SpanRecord
from verspan.versions.identity import model_id_for

FRONT = model_id_for("examples", "shop-v1")
BACK = model_id_for("examples", "answers-v3")


def told(spans: Sequence[SpanRecord]) -> list[tuple[str | None, ...]]:
    """What each span says: its name and kind, its parent's name, its version, and its caller's."""
    names = {span.span_id: span.name for span in spans}
    return [
        (
            span.name,
            span.kind,
            names.get(span.parent_span_id or ""),
            span.attributes["logged_model.id"],
            span.attributes.get("logged_model.caller.id"),
        )
        for span in spans
    ]


def served(traces: Sequence[Sequence[SpanRecord]]) -> list[Sequence[SpanRecord]]:
    """The traces that a customer's question began."""
    return [spans for spans in traces if spans[0].name == "GET /chat"]


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_two_services(programs: None, application: Application, tmp_path: Path, protocol: str) -> None:
    """One trace holds both services, each with its own version, and the one behind knows its caller's."""
    with Jaeger(tmp_path) as jaeger, Collector(tmp_path, jaeger) as collector:
        folder = EXAMPLES / "fastapi_two_services"
        application.run("python", str(folder / "ask.py"), **collector.endpoint(protocol))
        (by_front,) = served(jaeger.wait_for(FRONT, spans=4))
        (by_back,) = served(jaeger.find(BACK))
    assert by_front == by_back
    assert told(by_front) == [
        ("GET /chat", "SERVER", None, FRONT, None),
        ("GET", "CLIENT", "GET /chat", FRONT, None),
        ("GET /answers", "SERVER", "GET", BACK, FRONT),
        ("chat gpt-4o-mini", "CLIENT", "GET /answers", BACK, FRONT),
    ]
    assert {span.attributes["session.id"] for span in by_front} == {"s-1"}
