"""The propagators, with OpenTelemetry's own around and inside them."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from opentelemetry.baggage import get_all, set_baggage
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.propagators.textmap import Setter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from verspan.context import ActiveVersion, Caller, surroundings, with_active_version
from verspan.propagation import borders, propagator
from verspan.propagation.borders import Borders
from verspan.propagation.hosts import OwnHosts
from verspan.propagation.propagator import VersionPropagator, carrying_version

FRONT = ActiveVersion("m-" + "f" * 32, "Fräulein, v=1; 50 %")
QUOTED = "Fr%C3%A4ulein%2C+v%3D1%3B+50+%25"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Letters(Setter[MutableMapping[str, Any]]):
    """Sets a header as Kafka's instrumentation does: beside one of that name, and not in its place."""

    def set(self, carrier: MutableMapping[str, Any], key: str, value: Any) -> None:
        carrier.setdefault(key, []).append(value)


@pytest.fixture(autouse=True)
def own_borders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts that are the user's own, and callers that are believed, for the test alone."""
    monkeypatch.setattr(borders._Current, "borders", Borders(OwnHosts(("private",)), trusting=True))
    monkeypatch.delenv("OTEL_PROPAGATORS", raising=False)


@pytest.fixture
def calling() -> Iterator[Any]:
    """Makes the context of a request of the front's that leaves for a host."""
    provider = TracerProvider(shutdown_on_exit=False)
    tracer = provider.get_tracer("test")

    def calling(host: str, context: Context | None = None) -> Context:
        span = tracer.start_span("GET", kind=SpanKind.CLIENT, attributes={"server.address": host})
        return set_span_in_context(span, with_active_version(FRONT, Context() if context is None else context))

    yield calling
    provider.shutdown()


def injected(by: VersionPropagator, context: Context) -> dict[str, str]:
    """The headers that a propagator writes, without those of the trace."""
    carrier: dict[str, str] = {}
    by.inject(carrier, context)
    return {name: value for name, value in carrier.items() if name != "traceparent"}


def test_there_and_back(calling: Any) -> None:
    """A version of any name arrives as it was sent."""
    headers = injected(VersionPropagator(), calling("back"))
    assert headers == {"baggage": f"logged_model.id={FRONT.model_id},logged_model.name={QUOTED}"}
    assert surroundings(VersionPropagator().extract(headers, Context())).caller == Caller(FRONT)


def test_beside_the_applications_baggage(calling: Any) -> None:
    """One header has the application's entries and ours, also where a carrier keeps several of one name."""
    both = VersionPropagator(CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator()]))
    carrier: dict[str, Any] = {}
    both.inject(carrier, calling("back", set_baggage("team", "tea", Context())), Letters())
    (header,) = carrier["baggage"]
    assert header == f"team=tea,logged_model.id={FRONT.model_id},logged_model.name={QUOTED}"
    assert both.fields == {"traceparent", "tracestate", "baggage"}


def test_others_host(calling: Any) -> None:
    """The application's baggage goes where it always went, ours does not."""
    leaving = calling("api.openai.com", set_baggage("team", "tea", Context()))
    assert injected(VersionPropagator(), leaving) == {"baggage": "team=tea"}


def test_received_and_passed_on(calling: Any) -> None:
    """What a request brought goes no further than to hosts of the user's own."""
    came = VersionPropagator().extract({"baggage": f"logged_model.id={'m-' + 'a' * 32},session.id=s-1"}, Context())
    assert injected(VersionPropagator(), calling("api.openai.com", came)) == {}
    assert injected(VersionPropagator(), calling("back", came)) == {
        "baggage": f"session.id=s-1,logged_model.id={FRONT.model_id},logged_model.name={QUOTED}"
    }


MALFORMED = [
    "",
    ",",
    "=",
    "logged_model.id",
    "logged_model.id=",
    "logged_model.id=%%%",
    "logged_model.id=%ff%fe",
    "logged_model.id=" + "m" * 9000,
    "logged_model.id=m-1;property=x",
    "\x00\x01",
    "é=ü",
    ",".join(f"a{number}=b" for number in range(300)),
]


@pytest.mark.parametrize("header", MALFORMED)
def test_malformed(header: str) -> None:
    """A header of whatever kind raises nothing, and tells of no version."""
    caller = surroundings(VersionPropagator().extract({"baggage": header}, Context())).caller
    assert (caller or Caller()) == Caller()


def test_known_once(calling: Any) -> None:
    """Where ours is among the propagators of a composite and around it as well, the headers are the same."""
    inner = CompositePropagator([TraceContextTextMapPropagator(), W3CBaggagePropagator(), VersionPropagator()])
    leaving = calling("back", set_baggage("team", "tea", Context()))
    assert injected(carrying_version(inner), leaving) == injected(VersionPropagator(), leaving)


class Zipkin(TraceContextTextMapPropagator):
    """A propagator that knows no baggage."""


def test_propagator_without_baggage(calling: Any) -> None:
    """An application whose own propagator has no baggage keeps it: a header with our entries alone goes beside it."""
    zipkin = carrying_version(Zipkin())
    leaving = calling("back", set_baggage("secret", "tea", Context()))
    headers = injected(zipkin, leaving)
    assert headers == injected(VersionPropagator(), calling("back"))
    context = zipkin.extract({**headers, "traceparent": TRACE, "baggage": headers["baggage"] + ",secret=x"})
    assert surroundings(context).caller == Caller(FRONT)
    assert get_current_span(context).get_span_context().trace_id == int(TRACE.split("-")[1], 16)
    assert set(get_all(context)) == {"logged_model.id", "logged_model.name"}


def test_propagator_without_baggage_to_others(calling: Any) -> None:
    """To a host of somebody else's such an application sends what it sent before."""
    leaving = calling("api.openai.com", set_baggage("session.id", "mine", Context()))
    assert injected(carrying_version(Zipkin()), leaving) == {}


def test_environment_without_baggage(monkeypatch: pytest.MonkeyPatch, calling: Any) -> None:
    """Where ``OTEL_PROPAGATORS`` has said which headers there are to be, there is no other."""
    monkeypatch.setenv("OTEL_PROPAGATORS", "zipkin")
    assert injected(carrying_version(Zipkin()), calling("back")) == {}


def test_errors_of_ours(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong in ours, the request is sent and served with the headers that it would have had."""
    monkeypatch.delenv("VERSPAN_RAISE_INTERNAL_ERRORS")

    def fail(*_: Any, **__: Any) -> Context:
        raise OSError

    for ours in ("with_caller_in", "without_entries"):
        monkeypatch.setattr(propagator, ours, fail)
    context = VersionPropagator().extract({"baggage": "team=tea"}, Context())
    assert injected(VersionPropagator(), context) == {"baggage": "team=tea"}
    assert [line.split(" (")[0] for line in caplog.messages] == [
        "Verspan: error while reading the version of a caller",
        "Verspan: error while telling the version to another service",
    ]
