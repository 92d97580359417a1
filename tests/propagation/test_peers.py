"""Where a request goes, as the span around it tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import Span, SpanKind, Tracer, set_span_in_context

from verspan.instrumentation.destinations import going_to, within_this_machine
from verspan.propagation.hosts import OwnHosts
from verspan.propagation.peers import goes_to

OWN = OwnHosts(("back.example.com", "shop.v1.*"))


@pytest.fixture
def tracer() -> Iterator[Tracer]:
    """Makes spans of the SDK."""
    provider = TracerProvider(shutdown_on_exit=False)
    yield provider.get_tracer("test")
    provider.shutdown()


def under(span: Span) -> Context:
    """The context of a span."""
    return set_span_in_context(span, Context())


def client(tracer: Tracer, attributes: Mapping[str, str]) -> Context:
    """The context of a client's span with these attributes."""
    return under(tracer.start_span("GET", kind=SpanKind.CLIENT, attributes=attributes))


@pytest.mark.parametrize(
    "attributes",
    [
        {"server.address": "back.example.com"},
        {"net.peer.name": "back.example.com"},
        {"url.full": "https://REDACTED:REDACTED@back.example.com:8443/path?a=b"},
        {"http.url": "http://back.example.com/"},
        {"rpc.system": "grpc", "rpc.service": "shop.v1.Retrieval"},
    ],
)
def test_own(tracer: Tracer, attributes: dict[str, str]) -> None:
    """Each of the attributes by which instrumentations name a server is understood."""
    assert goes_to(client(tracer, attributes), OWN)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"server.address": "api.openai.com", "rpc.service": "shop.v1.Retrieval"},
        {"http.url": "https://api.openai.com/?to=back.example.com"},
        {"http.url": "https://back.example.com@api.openai.com/"},
        {"http.url": "https://[back.example.com/"},
        {"http.url": "back.example.com"},
        {"rpc.service": "google.ai.generativelanguage.v1.GenerativeService"},
    ],
)
def test_others(tracer: Tracer, attributes: dict[str, str]) -> None:
    """A host of somebody else's, and one that cannot be told, are not the user's own."""
    assert not goes_to(client(tracer, attributes), OWN)


def test_other_spans(tracer: Tracer) -> None:
    """A message goes to the user's own broker; what is sent under any other span goes nobody knows where."""
    own = {"server.address": "back.example.com"}  # on a server's span the service itself
    kinds = [kind for kind in SpanKind if goes_to(under(tracer.start_span("one", kind=kind, attributes=own)), OWN)]
    assert kinds == [SpanKind.CLIENT, SpanKind.PRODUCER]


def test_unrecorded() -> None:
    """A span that is not recorded tells nothing, and where there is none nothing is told either."""
    unsampled = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False).get_tracer("test").start_span("GET")
    assert [goes_to(under(unsampled), OWN), goes_to(Context(), OWN)] == [False, False]


def test_everywhere_and_nowhere(tracer: Tracer) -> None:
    """A lone asterisk is everything, what nobody knows included; no pattern is nothing, not even a message."""
    message = under(tracer.start_span("send", kind=SpanKind.PRODUCER))
    contexts = (Context(), message, client(tracer, {"server.address": "api.openai.com"}))
    assert [goes_to(context, OwnHosts(("*",))) for context in contexts] == [True] * 3
    assert [goes_to(context, OwnHosts(())) for context in contexts] == [False] * 3


def test_within_this_machine() -> None:
    """What stays on this machine is told whichever hosts are."""
    assert goes_to(within_this_machine(Context()), OwnHosts(()))


def test_told_destination() -> None:
    """Where somebody has said whom the context goes to, that host decides, whatever span is current."""
    own = OwnHosts(("private",))
    assert goes_to(going_to("tools.internal", Context()), own)
    assert not goes_to(going_to("api.example.com", Context()), own)
