"""An application that knows nothing of Verspan, started by either starter, in a real Jaeger."""

from __future__ import annotations

import pytest
from tests.e2e.application import Application
from tests.e2e.collector import Collector
from tests.e2e.described import outline
from tests.e2e.jaeger import Jaeger
from tests.e2e.programs import EXAMPLES

from verspan.versions.identity import model_id_for


@pytest.mark.parametrize("starter", [("verspan", "run"), ("opentelemetry-instrument",)])
def test_zero_code(application: Application, collector: Collector, jaeger: Jaeger, starter: tuple[str, ...]) -> None:
    """Jaeger finds its traces by the id of the version that is named after its folder and what git calls its state."""
    commit = application.commit(EXAMPLES / "zero_code" / "app.py")
    # One of OpenTelemetry's own that is installed would have a span below each call.
    variables = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "httpx,httpx2", **collector.endpoint("http/protobuf")}
    application.run(*starter, "python", "app.py", **variables)
    found = jaeger.wait_for(model_id_for("Default", f"shop-{commit[:7]}"), spans=2)
    assert [outline(spans) for spans in found] == [["chat gpt-4o-mini"]] * 2
    assert {span.attributes["logged_model.name"] for spans in found for span in spans} == {f"shop-{commit[:7]}"}
