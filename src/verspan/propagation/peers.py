"""Whom headers go to, as far as the span around them tells: a propagator sees the headers and never the host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, get_current_span

from verspan.instrumentation.destinations import destination_of
from verspan.propagation.hosts import OwnHosts
from verspan.semconv import HTTP_URL, NET_PEER_NAME, RPC_SERVICE, SERVER_ADDRESS, URL_FULL

_HOSTS: Final = (SERVER_ADDRESS, NET_PEER_NAME)
_URLS: Final = (URL_FULL, HTTP_URL)


def goes_to(context: Context, hosts: OwnHosts) -> bool:
    """Whether what is injected from a context goes to one of these hosts, or stays on this machine.

    OpenTelemetry's instrumentations start a client's span with the address of the server, and inject while it is the
    current one. A message is for consumers behind the user's own broker. Of what is sent under any other span, or one
    that is not recorded, nobody knows where it goes.

    Args:
        context: the context that headers are written from.
        hosts: where the version may go.
    """
    destination = destination_of(context)
    if destination is not None:
        return destination.host is None or hosts.has_host(destination.host)
    if hosts.everywhere or hosts.nowhere:
        return hosts.everywhere
    span = get_current_span(context)
    kind = getattr(span, "kind", None)
    if kind is SpanKind.CLIENT:
        return _calls(getattr(span, "attributes", None) or {}, hosts)
    return kind is SpanKind.PRODUCER


def _calls(attributes: Mapping[str, Any], hosts: OwnHosts) -> bool:
    host = _host(attributes)
    if host is not None:
        return hosts.has_host(host)
    # OpenTelemetry's gRPC instrumentation knows no address; the service's full name says whose it is.
    service = attributes.get(RPC_SERVICE)
    return service is not None and hosts.has_service(str(service))


def _host(attributes: Mapping[str, Any]) -> str | None:
    for name in _HOSTS:
        if name in attributes:
            return str(attributes[name])
    for name in _URLS:
        if name in attributes:
            return _host_of(str(attributes[name]))
    return None


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
