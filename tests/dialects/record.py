"""Write down the spans that other instrumentors really emit: ``python -m tests.dialects.record NAME...``.

Run from the repository's root in an environment of ``requirements/dialects*.in``; ``vercel-*`` want Node.js and
``npm ci`` in ``tests/dialects/vercel``. Each name is a file of ``recorded/``: what was installed, and the spans of each
case as they came in by OTLP, with ids and times that are the same in every run.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.dialects.peers import PEERS, Peer
from tests.dialects.server import Server, running

FOLDER = Path(__file__).parent
RECORDED = FOLDER / "recorded"
_SYNTHETIC = "Synthetic: requests and answers are those of tests/dialects/answers.json."
_LOCAL = ("telemetry.", "process.", "host.", "service.instance", "os.", "service.version")


def main(names: list[str]) -> None:
    """Write the files of the given names; a peer is recorded in a process of its own."""
    if len(names) == 1:
        peer = PEERS[names[0]]
        with running() as server:
            cases = dict(_cases(peer, server))
        document = {"note": _SYNTHETIC, "packages": _packages(peer), "cases": cases}
        text = json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True)
        (RECORDED / f"{names[0]}.json").write_text(f"{text}\n", encoding="utf-8")
        return
    for name in names:
        subprocess.run([sys.executable, "-m", "tests.dialects.record", name], check=True)


def _packages(peer: Peer) -> dict[str, str]:
    if peer.packages:
        return {name: version(name) for name in peer.packages}
    installed = json.loads((FOLDER / "vercel" / "package-lock.json").read_text("utf-8"))["packages"]
    return {name.removeprefix("node_modules/"): installed[name]["version"] for name in peer.node_packages}


def _cases(peer: Peer, server: Server) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = server.url
    run = peer.start(server.url)
    for case in peer.cases:
        server.begin(case)
        run(case)
        yield case, _canonical([span for body in server.received for span in _spans(*body)])


def _spans(content_type: str, body: bytes) -> Iterator[dict[str, Any]]:
    if "json" in content_type:
        document = json.loads(body)
    else:
        from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]  # it has no types
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        request = ExportTraceServiceRequest()
        request.ParseFromString(body)
        document = MessageToDict(request)
        _ids_as_digits(document)
    for resource_spans in document["resourceSpans"]:
        for scope_spans in resource_spans["scopeSpans"]:
            for span in scope_spans["spans"]:
                yield {
                    "resource": _attributes(resource_spans.get("resource", {})),
                    "scope": {"name": scope_spans["scope"]["name"], "version": scope_spans["scope"].get("version", "")},
                    **span,
                }


def _ids_as_digits(document: Any) -> None:
    """Ids as OTLP's JSON has them; protobuf's has Base64."""
    if isinstance(document, list):
        for item in document:
            _ids_as_digits(item)
    elif isinstance(document, dict):
        for name, value in document.items():
            if name in ("traceId", "spanId", "parentSpanId"):
                document[name] = base64.b64decode(value).hex()
            else:
                _ids_as_digits(value)


def _canonical(spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Spans in the order of their starts, which become their ids; those that somebody sent twice are one."""
    distinct = {(span["traceId"], span["spanId"]): span for span in spans}
    ordered = sorted(distinct.values(), key=lambda span: int(span["startTimeUnixNano"]))
    numbers = {span["spanId"]: number for number, span in enumerate(ordered, 1)}
    traces = list(dict.fromkeys(span["traceId"] for span in ordered))
    return [{"trace": traces.index(span["traceId"]) + 1, **_one(span, numbers)} for span in ordered]


_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_STATUSES = ("UNSET", "OK", "ERROR")


def _one(span: Mapping[str, Any], numbers: Mapping[str, int]) -> dict[str, Any]:
    status = span.get("status", {})
    one = {
        "name": span["name"],
        "id": numbers[span["spanId"]],
        "parent": numbers.get(span.get("parentSpanId", "")),
        "kind": _word(span["kind"], _KINDS, "SPAN_KIND_"),
        "status": _word(status.get("code", 0), _STATUSES, "STATUS_CODE_"),
        "status_message": status.get("message"),
        "scope": span["scope"],
        "resource": {name: value for name, value in span["resource"].items() if not name.startswith(_LOCAL)},
        "attributes": _attributes(span),
        "events": [{"name": event["name"], "attributes": _attributes(event)} for event in span.get("events", ())],
    }
    return {name: value for name, value in one.items() if value not in (None, [], {})}


def _word(value: Any, words: tuple[str, ...], prefix: str) -> str:
    return words[value] if isinstance(value, int) else value.removeprefix(prefix)


def _attributes(holder: Mapping[str, Any]) -> dict[str, Any]:
    found = {each["key"]: _value(each.get("value", {})) for each in holder.get("attributes", ())}
    # A trace of this machine's own files is nobody's to read.
    return {name: value for name, value in found.items() if name != "exception.stacktrace" and "code." not in name}


def _value(value: Mapping[str, Any]) -> Any:
    if not value:
        return None
    ((kind, content),) = value.items()
    if kind == "intValue":
        return int(content)
    if kind == "arrayValue":
        return [_value(item) for item in content.get("values", ())]
    if kind == "kvlistValue":
        return {item["key"]: _value(item.get("value", {})) for item in content.get("values", ())}
    return content


if __name__ == "__main__":
    main(sys.argv[1:])
