"""A package over real HTTP: its answers, its limits, its traces and its end."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.servers import LOOPBACK, wait_until
from tests.processes import run

import verspan
from verspan.artifacts.reading import download_artifacts
from verspan.cli.opening import required_store
from verspan.packaging.archive import PackageArchive
from verspan.store.opening import open_store
from verspan.traces.model import Trace, TraceQuery
from verspan.versions import registry

from .conftest import EXPERIMENT, model, write
from .serving import JSON, Answer, Served, served

AGENT = """
import asyncio
import pathlib
import threading
import verspan

def answer(what, n=1, **rest):
    return getattr(Ways, what)(n, **rest) if isinstance(what, str) else what

class Ways:
    def echo(n, **rest): return {"n": n, **rest}
    def fail(n): raise ValueError("a secret")
    def odd(n): return object()
    def version(n):
        with verspan.start_span("inside"):
            return verspan.get_active_model_id()
    async def later(n):
        await asyncio.sleep(0)
        return n * 2
    def count(n): yield from range(n)
    async def count_later(n):
        for each in range(n):
            await asyncio.sleep(0)
            yield each
    def breaking(n):
        yield 1
        raise KeyError("a secret")
    def endless(n):
        try:
            while True:
                yield "x" * 1000
        finally:
            pathlib.Path(n).touch()
    def wait(n):
        pathlib.Path(n + ".begun").touch()
        while not pathlib.Path(n).exists():
            threading.Event().wait(0.01)
        return "at last"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package of the version `v1`, and with the store that has the version."""
    folder = tmp_path_factory.mktemp("served")
    url = f"sqlite:///{folder / 'store.db'}"
    with closing(open_store(url)) as store:
        store.upsert_model(model("v1"))
        registry.configure_recording(url)
        code = write(folder / "code", {"agent.py": AGENT})
        verspan.package(model("v1"), entry_point="agent:answer", code_paths=[code / "agent.py"])
        download_artifacts(f"models:/{model('v1').model_id}/package.zip", dst_path=folder)
        registry.configure_recording(None)
    return folder


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Served]:
    """The package, served."""
    digest = _digest(place)
    with served("v1", place, "--trust", digest, "--max-body", "1", VERSPAN_STORE=str(place / "store.db")) as running:
        yield running


def _digest(place: Path) -> str:
    return PackageArchive(place / "package.zip").package.digest


def traces(place: Path) -> list[Trace]:
    """What has been recorded of the version."""
    with required_store(str(place / "store.db")) as store:
        listed = store.find_traces(TraceQuery(model_ids=(model("v1").model_id,))).traces
        return [trace for summary in listed if (trace := store.get_trace(summary.trace_id))]


def trace_of(place: Path, answer: Answer) -> Trace:
    """The trace of an answer, once the server has handed it over."""
    wanted = answer.headers["X-Verspan-Trace-Id"]
    return wait_until(
        lambda: next((each for each in traces(place) if each.trace_id == wanted), None), "the trace of the call"
    )


def test_health(server: Served, place: Path) -> None:
    """Health and version say which version and which package is served."""
    told = {
        "model_id": model("v1").model_id,
        "model_name": "v1",
        "experiment_name": EXPERIMENT,
        "package": _digest(place),
    }
    for path in ("/health", "/ping"):
        assert (server.get(path).status, server.get(path).json) == (200, {"status": "ok", **told})
    assert server.get("/version").json == {**told, "entry_point": "agent:answer"}


@pytest.mark.parametrize(
    ("inputs", "params", "predictions"),
    [
        ({"what": "echo"}, {}, {"n": 1}),
        ({"what": "echo", "n": 2, "more": [1]}, {"even": True}, {"n": 2, "more": [1], "even": True}),
        ("echo", {}, {"n": 1}),
        ([1, {"a": None}], {}, [1, {"a": None}]),
        ({"what": "later", "n": 4}, {}, 8),
        ({"what": "version"}, {}, model("v1").model_id),
        ({"what": "count", "n": 3}, {}, [0, 1, 2]),
        ({"what": "count_later", "n": 3}, {}, [0, 1, 2]),
    ],
)
def test_answers(server: Served, inputs: object, params: dict[str, Any], predictions: object) -> None:
    """An object is arguments by name, anything else the one argument; the answer names the version."""
    answer = server.call(inputs, **params)
    assert (answer.status, answer.json) == (200, {"predictions": predictions})
    told = {name: answer.headers[name] for name in ("X-Verspan-Model-Id", "X-Verspan-Model-Name", "Content-Type")}
    assert told == {
        "X-Verspan-Model-Id": model("v1").model_id,
        "X-Verspan-Model-Name": "v1",
        "Content-Type": "application/json",
    }


@pytest.mark.parametrize("what", ["count", "count_later"])
def test_streamed(server: Served, what: str) -> None:
    """Whoever accepts events is sent what a generator gives, one by one."""
    answer = server.call({"what": what, "n": 3}, {"accept": "text/event-stream"})
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.body == b"data: 0\n\ndata: 1\n\ndata: 2\n\ndata: [DONE]\n\n"


def test_stream_that_breaks(server: Served, place: Path) -> None:
    """A stream that fails in the middle ends with an error of its own, and the trace has failed."""
    answer = server.call({"what": "breaking"}, {"accept": "text/event-stream"})
    first, second, rest = answer.body.split(b"\n\n")
    assert (first, rest) == (b"data: 1", b"")
    assert second.startswith(b'event: error\ndata: {"error":"agent:answer raised KeyError: `verspan trace ')
    assert b"secret" not in answer.body
    assert trace_of(place, answer).summary.status == "ERROR"


def test_stream_that_is_left(server: Served, tmp_path: Path) -> None:
    """A client that goes away ends the generator, which would otherwise go on for ever."""
    closed = tmp_path / "closed"
    body = json.dumps({"inputs": {"what": "endless", "n": str(closed)}})
    connection = http.client.HTTPConnection(LOOPBACK, server.port)
    connection.request("POST", "/invocations", body, {**JSON, "accept": "text/event-stream"})
    response = connection.getresponse()
    assert response.read(6) == b"data: "
    response.close()
    connection.close()
    wait_until(closed.exists, "the generator to be closed")


def test_trace(server: Served, place: Path) -> None:
    """A call is a server's span of the version with inputs and outputs, and continues the caller's trace."""
    caller = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01", "baggage": "session.id=s-1"}
    answer = server.call({"what": "version", "n": 7}, caller)
    assert answer.headers["X-Verspan-Trace-Id"] == "ab" * 16
    spans = [stored.span for stored in trace_of(place, answer).spans]
    root = next(span for span in spans if span.name == "POST /invocations")
    assert {span.name: span.parent_span_id for span in spans} == {root.name: "cd" * 8, "inside": root.span_id}
    assert {span.attributes["logged_model.id"] for span in spans} == {model("v1").model_id}
    assert (root.kind, root.attributes["session.id"], root.attributes["http.response.status_code"]) == (
        "SERVER",
        "s-1",
        200,
    )
    assert json.loads(root.attributes["verspan.inputs"]) == {"what": "version", "n": 7}


def test_failure(server: Served, place: Path) -> None:
    """What the entry point raises is 500 with its kind and its trace, and its message stays here."""
    answer = server.call({"what": "fail"})
    trace_id = answer.headers["X-Verspan-Trace-Id"]
    assert (answer.status, answer.json) == (
        500,
        {"error": f"agent:answer raised ValueError: `verspan trace {trace_id}` has the rest"},
    )
    trace = trace_of(place, answer)
    assert trace.summary.status == "ERROR"
    assert server.call({"what": "odd"}).json["error"].startswith("agent:answer raised TypeError")


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        (("POST", "/invocations", b"{", JSON), 400, "the body is no JSON"),
        (("POST", "/invocations", b"[]", JSON), 400, 'an object with "inputs"'),
        (("POST", "/invocations", b"{}", JSON), 400, 'an object with "inputs"'),
        (("POST", "/invocations", b'{"inputs": 1, "more": 2}', JSON), 400, 'an object with "inputs"'),
        (("POST", "/invocations", b'{"inputs": 1, "params": 2}', JSON), 400, '"params" is an object'),
        (("POST", "/invocations", b'{"inputs": {"n": 1}}', JSON), 400, "missing a required argument: 'what'"),
        (("POST", "/invocations", b"a=1", {"content-type": "text/plain"}), 415, "send application/json"),
        (("POST", "/invocations", b" " * (2**20 + 1), JSON), 413, "more than 1048576 bytes"),
        (("GET", "/invocations"), 405, "/invocations takes POST"),
        (("POST", "/health", b""), 405, "/health takes GET"),
        (("GET", "/../etc/passwd"), 404, "there is no '/../etc/passwd' here"),
    ],
)
def test_refused(server: Served, asked: tuple[Any, ...], status: int, said: str) -> None:
    """A request that is not one is refused by its status, with what is wrong and the version that says so."""
    answer = server.ask(*asked)
    assert answer.status == status
    assert said in answer.json["error"]
    assert answer.headers["X-Verspan-Model-Id"] == model("v1").model_id


def test_large_without_length(server: Served) -> None:
    """A body that does not say how large it is, and is too large, is refused as well."""
    connection = http.client.HTTPConnection(LOOPBACK, server.port)
    chunks = (b" " * 100_000 for _ in range(20))
    connection.request("POST", "/invocations", chunks, {**JSON}, encode_chunked=True)
    response = connection.getresponse()
    assert (response.status, b"more than 1048576 bytes" in response.read()) == (413, True)
    connection.close()


def test_gone_before_the_end(server: Served) -> None:
    """A client that goes before its request is there leaves the server as it was."""
    with socket.create_connection((LOOPBACK, server.port)) as connection:
        head = "POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"
        connection.sendall(head.encode())
    assert server.get("/health").status == 200


def test_graceful_stop(place: Path, tmp_path: Path) -> None:
    """Told to stop, it answers what is under way, hands its spans over and ends well."""
    store = str(place / "store.db")
    with served(place / "package.zip", tmp_path, "--trust", _digest(place), VERSPAN_STORE=store) as running:
        gate, answers = tmp_path / "gate", []
        client = threading.Thread(target=lambda: answers.append(running.call({"what": "wait", "n": str(gate)})))
        client.start()
        wait_until((tmp_path / "gate.begun").exists, "the call to begin")
        running.process.terminate()
        wait_until(lambda: not _accepts(running.port), "the server to take no more requests")
        gate.touch()
        client.join()
        code = running.process.wait(60)
    [answer] = answers
    assert (code, answer.status, answer.json) == (0, 200, {"predictions": "at last"})
    assert answer.headers["X-Verspan-Trace-Id"] in {trace.trace_id for trace in traces(place)}


def _accepts(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port)).close()
    except OSError:
        return False
    return True


def test_not_agreed(place: Path, tmp_path: Path) -> None:
    """A package that nobody has agreed to is not served, and the message is one line that says how to agree."""
    command = [sys.executable, "-m", "verspan.cli", "serve", str(place / "package.zip"), "--port", "0"]
    ended = run(*command, folder=tmp_path, XDG_CONFIG_HOME=str(tmp_path))
    assert (ended.code, ended.output) == (1, "")
    assert ended.log.startswith("verspan: the package of v1 may not run yet")
    assert len(ended.log.splitlines()) == 1


def test_port_taken(server: Served, place: Path, tmp_path: Path) -> None:
    """A port that is taken is named, with the option for another."""
    command = [sys.executable, "-m", "verspan.cli", "serve", str(place / "package.zip"), "--trust", _digest(place)]
    ended = run(*command, "--port", str(server.port), folder=tmp_path)
    assert (ended.code, ended.log) == (
        2,
        f"verspan: {LOOPBACK} port {server.port} cannot be had: Address already in use. Give another with --port\n",
    )
