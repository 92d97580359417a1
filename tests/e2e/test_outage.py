"""What a real Collector was sent reaches Jaeger, whatever becomes of either in between."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.application import Application
from tests.e2e.collector import Collector
from tests.e2e.jaeger import Jaeger


def test_collector_killed(programs: None, application: Application, tmp_path: Path) -> None:
    """Spans that a Collector took while there was no Jaeger are in its queue on disk, and go on once it is back."""
    jaeger = Jaeger(tmp_path)
    collector = Collector(tmp_path, jaeger)
    with collector:
        model_id = application.run_users_page(**collector.endpoint("grpc"))
        collector.kill()
        with jaeger:
            assert jaeger.services() == []
            collector.start()
            assert len(jaeger.wait_for(model_id, spans=5)) == 5
