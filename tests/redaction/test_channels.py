"""Nothing that is to be redacted is written anywhere, by whichever channel it comes."""

from __future__ import annotations

import functools
import gzip
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.processes import run

from verspan.store.opening import open_store
from verspan.traces.model import TraceQuery

from .channels import CHANNELS, secret_of
from .echo_api import EchoApi

APPLICATION = str(Path(__file__).with_name("channels.py"))
CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
FOREIGN = {"foreign_span", "foreign_event"}

PLACES: Mapping[str, Mapping[str, str]] = {
    "the local store": {"VERSPAN_EXPORTERS": "local"},
    "a collector and a console": {
        "VERSPAN_EXPORTERS": "local,otlp,console",
        CAPTURE: "SPAN_AND_EVENT",
        ENDPOINT: "{collector}",
    },
    "the spool of a killed process": {
        "VERSPAN_EXPORTERS": "local,otlp",
        ENDPOINT: "{refusing}",
        "END": "killed",
    },
    "the application's own exporters": {"VERSPAN_EXPORTERS": "none", CAPTURE: "SPAN_AND_EVENT", "PROVIDERS": "own"},
}
"""Where telemetry is written, and the environment in which it is."""
NOT_THERE = {
    "the local store": {"foreign_event"},  # it keeps spans alone
    "the spool of a killed process": {"foreign_event"},
    "the application's own exporters": FOREIGN,  # what others put there is theirs
}


def cases() -> Iterator[Any]:
    """Every channel to every place that it leads to."""
    for place in PLACES:
        for channel in CHANNELS:
            if channel not in NOT_THERE.get(place, ()):
                yield pytest.param(place, channel)


class _Collector(BaseHTTPRequestHandler):
    """Keeps the bytes of whatever is sent to it."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(  # type: ignore[attr-defined]  # set by the fixture below
            gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body
        )
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@dataclass
class World:
    """What the application talks to, and what it left behind in each place."""

    folder: Path
    model: str
    refusing: str
    bodies: list[bytes] = field(default_factory=list)
    collector: str = ""

    @functools.cache  # noqa: B019 - as long as the module's fixture
    def written(self, place: str, redact: str) -> bytes:
        """Every byte that the application wrote, in a run of its own: files, what is in them, requests and its log."""
        folder = self.folder / f"{place} {redact}"
        folder.mkdir()
        self.bodies.clear()
        variables = {
            name: text.format(collector=self.collector, refusing=self.refusing) for name, text in PLACES[place].items()
        }
        ended = run(
            *(sys.executable, APPLICATION),
            folder=folder,
            OPENAI_BASE_URL=self.model,
            VERSPAN_REDACT=redact,
            **variables,
        )
        assert ended.code == 0, ended.log
        files = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
        stored = _stored(folder / ".verspan" / "verspan.db")
        return b"\n".join([*files, *self.bodies, stored, ended.log.encode(), ended.output.encode()])

    def __hash__(self) -> int:
        return id(self)


def _stored(path: Path) -> bytes:
    """What a store says, which keeps most of it compressed."""
    if not path.exists():
        return b""
    with closing(open_store(f"sqlite:///{path}")) as store:
        found = store.find_traces(TraceQuery(limit=1000)).traces
        return repr([(summary, store.get_trace(summary.trace_id)) for summary in found]).encode()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A model that says back what it is asked, a collector, and a port at which there is none."""
    api = EchoApi()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Collector) as server, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        world = World(tmp_path_factory.mktemp("written"), api.base_url, f"http://127.0.0.1:{bound.getsockname()[1]}")
        server.bodies = world.bodies  # type: ignore[attr-defined]  # what a handler can reach
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        world.collector = f"http://127.0.0.1:{server.server_port}"
        yield world
        server.shutdown()
        thread.join()
    api.close()


@pytest.mark.parametrize(("place", "channel"), list(cases()))
def test_channel(world: World, place: str, channel: str) -> None:
    """The secret of a channel is written there, and is not once addresses are redacted."""
    secret = secret_of(channel).encode()
    assert secret in world.written(place, "")
    assert secret not in world.written(place, "email")
    assert b"[email]" in world.written(place, "email")
