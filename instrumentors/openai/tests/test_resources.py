"""Every method of every resource that the installed client has, found in the client itself."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai._resource import SyncAPIResource
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan import semconv

from .interactions import Interaction
from .replay import ReplayServer

ID, MODEL = "id_1", "model-1"
_REFUSAL = b'{"error": {"message": "no", "code": "refused"}}'
_NAME = re.compile(rf"[a-z]+(_[a-z]+)*( {MODEL}| {ID})?")  # some name their own model by an id
_MOST_WITHOUT_REQUESTS = 0.1  # helpers that look at a file or a signature first, and connections by websocket


def methods(resource: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """The methods of a client or resource and of what is below it, by their place."""
    for name in dir(resource):
        if name.startswith(("_", "with_")):
            continue
        known = inspect.getattr_static(resource, name)
        if inspect.isfunction(known):
            if isinstance(resource, SyncAPIResource):
                yield f"{place}{name}", getattr(resource, name)
        elif isinstance(below := getattr(resource, name, None), SyncAPIResource):
            yield from methods(below, f"{place}{name}.")


def argument(name: str, annotation: str) -> Any:
    """Something that a parameter may be, by what is written of its type."""
    if name == "model":
        return MODEL
    if literal := re.match(r"(?:Optional\[)?Literal\[['\"]([^'\"]*)", annotation):
        return literal[1]
    if annotation.startswith(("Iterable", "List", "Sequence", "Union[Iterable")):
        return []
    if "FileTypes" in annotation or "PathLike" in annotation:
        return ("parcel.txt", b"parcel")
    by_name = {"str": ID, "Union[str": ID, "SequenceNotStr": [ID], "int": 1, "float": 1.0, "bool": True}
    return next((value for kind, value in by_name.items() if annotation.startswith(kind)), {})


def arguments(method: Any) -> dict[str, Any]:
    """The arguments without which a method cannot be called."""
    required = [
        found
        for found in inspect.signature(method).parameters.values()
        if found.default is found.empty and found.kind not in (found.VAR_KEYWORD, found.VAR_POSITIONAL)
    ]
    return {found.name: argument(found.name, str(found.annotation)) for found in required}


def call(method: Any) -> None:
    """Call a method, whose request is refused; what opens a stream when it is entered is entered."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some are deprecated
        try:
            given = method(**arguments(method))
            if hasattr(given, "__enter__") and not hasattr(given, "send"):
                given.__enter__()
        except Exception:  # noqa: BLE001, S110 - each refuses in its own way what is no real request
            pass


@pytest.fixture
def client(server: ReplayServer) -> Iterator[Any]:
    """A client all of whose requests are refused, and counted in ``client.requests``."""
    mount = server.serve(
        lambda asked: Interaction("own", "no", asked.path, {}, 400, {"content-type": "application/json"}, _REFUSAL)
    )
    requests: list[str] = []
    http = openai.DefaultHttpxClient(event_hooks={"request": [lambda request: requests.append(request.url.path)]})
    options: dict[str, Any] = {"base_url": f"{mount.url}/v1", "api_key": "test-key", "max_retries": 0}
    if "admin_api_key" in inspect.signature(openai.OpenAI).parameters:
        options["admin_api_key"] = "test-key"
    with openai.OpenAI(**options, http_client=http) as found:
        found.__dict__["requests"] = requests
        yield found


def test_every_method(client: Any, spans: InMemorySpanExporter) -> None:
    """Each request of each method is one span, named without any id and told by the endpoint's own name."""
    silent, count = [], 0
    for place, method in methods(client):
        client.requests.clear()
        spans.clear()
        call(method)
        count += 1
        found = spans.get_finished_spans()
        assert len(found) == len(client.requests), place
        if not found:
            silent.append(place)
        for span in found:
            attributes = span.attributes or {}
            operation = str(attributes[semconv.GEN_AI_OPERATION_NAME])
            assert _NAME.fullmatch(span.name), (place, span.name)
            assert ID not in operation
            assert attributes[semconv.SERVER_ADDRESS] == "127.0.0.1"
            assert attributes[semconv.ERROR_TYPE]
    assert count > 50
    assert len(silent) < _MOST_WITHOUT_REQUESTS * count, silent
