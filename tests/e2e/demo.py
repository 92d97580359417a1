"""``make jaeger-demo``: the user's page and an agent through a real Collector into a real Jaeger, and what it answers.

With ``KEEP=1`` both go on until Ctrl-C, for a look around.
"""
# ruff: noqa: T201 - a script that prints

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.application import Application
from tests.e2e.collector import Collector
from tests.e2e.jaeger import Jaeger
from tests.e2e.programs import COLLECTOR, JAEGER
from tests.e2e.serve import end_when_told
from tests.e2e.servers import LOOPBACK

from verspan import semconv
from verspan.cli.listing import Column
from verspan.cli.quantities import duration, usd
from verspan.cli.terminal import print_table
from verspan.cli.tree import tree_lines
from verspan.demo.api_server import DemoApi
from verspan.traces.model import SpanRecord, StoredSpan

_PAGE_SPANS = 5
_AGENT_SPANS = 14


def main() -> None:
    """Run both applications and show what Jaeger knows of their versions."""
    if missing := COLLECTOR.missing() or JAEGER.missing():
        sys.exit(missing)
    end_when_told()
    with ExitStack() as running:
        folder = Path(running.enter_context(TemporaryDirectory(prefix="verspan-")))
        api = running.enter_context(DemoApi())
        jaeger = running.enter_context(Jaeger(folder))
        collector = running.enter_context(Collector(folder, jaeger))
        print(f"Collector at http://{LOOPBACK}:{collector.http_port}, Jaeger behind it")
        application = Application(folder / "shop", api.base_url)
        application.folder.mkdir()
        page = application.run_users_page(**collector.endpoint("http/protobuf"))
        _show("The user's page", page, jaeger.wait_for(page, spans=_PAGE_SPANS), jaeger)
        agent = application.run_agent("v1", **collector.endpoint("grpc"))
        _show("An agent with tools", agent, jaeger.wait_for(agent, spans=_AGENT_SPANS), jaeger)
        if os.environ.get("KEEP"):
            print("\nBoth go on until Ctrl-C.", flush=True)
            jaeger.wait()
        else:
            print("\nBoth stop now; KEEP=1 lets them go on.")


def _show(title: str, model_id: str, traces: Sequence[Sequence[SpanRecord]], jaeger: Jaeger) -> None:
    print(f"\n{title}: Jaeger's answer for {semconv.LOGGED_MODEL_ID}={model_id}\n", flush=True)
    print_table(_columns([span for spans in traces for span in spans]))
    print(f"\n{jaeger.page(model_id, str(traces[0][0].resource[semconv.SERVICE_NAME]))}")


def _columns(spans: Sequence[SpanRecord]) -> list[Column]:
    lines = [(line.guide, line.stored.span) for line in tree_lines([StoredSpan(span) for span in spans]) if line.stored]
    shown = [span for _, span in lines]
    return [
        Column("trace", ["" if span.parent_span_id else span.trace_id[:8] for span in shown], style="cyan"),
        Column("span", [guide + span.name for guide, span in lines]),
        Column("took", [duration((span.end_ns - span.start_ns) / 1e6) for span in shown], right=True),
        Column("cost", [_cost(span) for span in shown], right=True),
        Column("error", [str(span.attributes.get(semconv.ERROR_TYPE, "")) for span in shown], style="red"),
        Column(
            "version",
            [str(span.attributes.get(semconv.LOGGED_MODEL_NAME, "")) for span in shown],
            rank=1,
            least=12,
            keeps_end=True,
        ),
    ]


def _cost(span: SpanRecord) -> str:
    cost = span.attributes.get(semconv.VERSPAN_COST_USD)
    return "" if cost is None else usd(cost)


if __name__ == "__main__":
    main()
