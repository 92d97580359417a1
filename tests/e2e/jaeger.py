"""A real Jaeger, and what its query API answers, as the spans that everything else here works with."""

from __future__ import annotations

import json
import os
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.e2e.programs import EXAMPLES, JAEGER
from tests.e2e.servers import LOOPBACK, Server, free_ports, read, wait_until

from verspan.semconv import LOGGED_MODEL_ID
from verspan.telemetry.registered import told_apart
from verspan.traces.model import EventRecord, LinkRecord, SpanKind, SpanRecord, StatusCode
from verspan.versions.model import LoggedModel

_CONFIG = EXAMPLES / "jaeger" / "jaeger.yaml"
_KINDS: Sequence[SpanKind] = ("INTERNAL", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_STATUS_CODES: Sequence[StatusCode] = ("UNSET", "OK", "ERROR")
_MOST_TRACES = 200

Json = dict[str, Any]


class Jaeger(Server):
    """Jaeger with its traces in memory.

    Args:
        folder: where its log goes.
        otlp_ports: for gRPC and HTTP, its own where they are given, else any that are free.
        page_port: likewise, for its page and query API.
    """

    def __init__(self, folder: Path, otlp_ports: Sequence[int] = (), page_port: int | None = None) -> None:
        grpc, http, page, query, health = free_ports(5)
        self.grpc_port, self.http_port = otlp_ports or (grpc, http)
        self.address = f"http://{LOOPBACK}:{page_port or page}"
        ports = {
            "OTLP_GRPC_PORT": self.grpc_port,
            "OTLP_HTTP_PORT": self.http_port,
            "PAGE_PORT": page_port or page,
            "QUERY_GRPC_PORT": query,
            "HEALTH_PORT": health,
        }
        environment = {**os.environ, **{name: str(port) for name, port in ports.items()}}
        command = [str(JAEGER.path), f"--config={_CONFIG}"]
        super().__init__(command, environment, f"http://{LOOPBACK}:{health}/status", folder / "jaeger.log")

    def search(self, tags: Mapping[str, str]) -> list[list[SpanRecord]]:
        """The traces that a search on its page finds that has these tags, the earliest first."""
        found: dict[str, list[SpanRecord]] = {}
        for service in self.services():
            answer = self._ask("/api/traces", service=service, tags=json.dumps(tags), limit=str(_MOST_TRACES))
            found |= {trace["traceID"]: self.trace(trace["traceID"]) for trace in answer["data"]}
        return sorted(found.values(), key=lambda spans: spans[0].start_ns)

    def services(self) -> list[str]:
        """The names of the services that it has spans of."""
        return sorted(self._ask("/api/services")["data"] or [])

    def find(self, model_id: str) -> list[list[SpanRecord]]:
        """The traces of a version by a search for its ``logged_model.id``.

        The spans that tell of the version's record are left out: :meth:`records` has them.
        """
        return [
            spans for spans in (told_apart(spans)[1] for spans in self.search({LOGGED_MODEL_ID: model_id})) if spans
        ]

    def records(self, model_id: str) -> list[LoggedModel]:
        """The version's records that came with its spans, the earliest first."""
        return [record for spans in self.search({LOGGED_MODEL_ID: model_id}) for record in told_apart(spans)[0]]

    def page(self, model_id: str, service: str) -> str:
        """The address of its page with that search, of the last hour."""
        query = {"service": service, "tags": json.dumps({LOGGED_MODEL_ID: model_id}), "lookback": "1h", "limit": "20"}
        return f"{self.address}/search?{urllib.parse.urlencode(query)}"

    def wait_for(self, model_id: str, *, spans: int) -> list[list[SpanRecord]]:
        """The traces of a version, once they have so many spans in all; see :meth:`find`."""

        def enough() -> list[list[SpanRecord]] | None:
            found = self.find(model_id)
            return found if sum(map(len, found)) >= spans else None

        return wait_until(enough, f"{spans} spans of {model_id} in Jaeger")

    def trace(self, trace_id: str) -> list[SpanRecord]:
        """The spans of a trace by start time, as Jaeger was sent them."""
        answer = self._ask(f"/api/v3/traces/{trace_id}", raw_traces="true")
        return sorted(_spans(answer["result"]), key=lambda span: span.start_ns)

    def _ask(self, path: str, **query: str) -> Json:
        document: Json = json.loads(read(f"{self.address}{path}?{urllib.parse.urlencode(query)}"))
        return document


def _spans(data: Json) -> Iterator[SpanRecord]:
    """The spans of OTLP's JSON."""
    for resource_spans in data["resourceSpans"]:
        resource = _attributes(resource_spans["resource"])
        for scope_spans in resource_spans["scopeSpans"]:
            for span in scope_spans["spans"]:
                yield _span(span, resource, scope_spans.get("scope", {}))


def _span(span: Json, resource: Mapping[str, Any], scope: Json) -> SpanRecord:
    status = span.get("status", {})
    return SpanRecord(
        trace_id=span["traceId"],
        span_id=span["spanId"],
        parent_span_id=span.get("parentSpanId") or None,
        name=span["name"],
        kind=_KINDS[span.get("kind", 0)],
        start_ns=int(span["startTimeUnixNano"]),
        end_ns=int(span["endTimeUnixNano"]),
        status_code=_STATUS_CODES[status.get("code", 0)],
        status_message=status.get("message"),
        attributes=_attributes(span),
        events=tuple(_event(event) for event in span.get("events", ())),
        links=tuple(_link(link) for link in span.get("links", ())),
        resource=resource,
        scope_name=scope.get("name", ""),
        scope_version=scope.get("version", ""),
    )


def _event(event: Json) -> EventRecord:
    return EventRecord(event["name"], int(event["timeUnixNano"]), _attributes(event))


def _link(link: Json) -> LinkRecord:
    return LinkRecord(link["traceId"], link["spanId"], _attributes(link))


def _attributes(holder: Json) -> dict[str, Any]:
    return {each["key"]: _value(each["value"]) for each in holder.get("attributes", ())}


def _value(value: Json) -> Any:
    ((kind, content),) = value.items()
    if kind == "intValue":
        return int(content)
    if kind == "arrayValue":
        return [_value(each) for each in content.get("values", ())]
    return content
