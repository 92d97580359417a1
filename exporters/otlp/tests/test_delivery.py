"""Whole batches to a real receiver that takes them, takes some, takes none, or takes them later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import grpc  # type: ignore[import-untyped]  # no stubs are published with it
import pytest
from exporters.otlp.tests.receivers import Receiver, Reply
from opentelemetry.instrumentation.utils import is_instrumentation_enabled

from verspan.errors import InvalidArgumentError
from verspan.spool.delivery import Outcome
from verspan.spool.spans import SpooledSpan
from verspan_otlp import delivery as delivering
from verspan_otlp.answers import Answer, Verdict
from verspan_otlp.connection import Connection
from verspan_otlp.delivery import OtlpDelivery, make_sender
from verspan_otlp.environment import OtlpProtocol

MakeSpan = Callable[..., SpooledSpan]


@pytest.fixture
def delivery(receiver: Receiver, protocol: OtlpProtocol) -> Iterator[OtlpDelivery]:
    """A delivery to the receiver."""
    path = "" if protocol is OtlpProtocol.GRPC else "/v1/traces"
    connection = Connection(f"{receiver.endpoint}{path}", insecure=True)
    delivery = OtlpDelivery(lambda: make_sender(protocol, connection), timeout_s=5.0)
    yield delivery
    delivery.close()


def _failure(receiver: Receiver, status: int, code: grpc.StatusCode, text: str = "") -> Reply:
    """A reply that means the same over either protocol."""
    return replace(receiver.usual, status=status, code=code, text=text)


def _bad_data(receiver: Receiver) -> Reply:
    return _failure(receiver, 400, grpc.StatusCode.INVALID_ARGUMENT, "no good")


def _later(receiver: Receiver) -> Reply:
    return _failure(receiver, 503, grpc.StatusCode.UNAVAILABLE)


def test_taken(delivery: OtlpDelivery, receiver: Receiver, make_span: MakeSpan) -> None:
    """A batch is one request, and every span arrives once."""
    assert delivery.deliver([make_span("a"), make_span("b")], 5.0) == Outcome(delivered=True)
    assert receiver.tried() == [["a", "b"]]


def test_cost(delivery: OtlpDelivery, receiver: Receiver, make_span: MakeSpan) -> None:
    """A model call leaves with its cost."""
    call = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.response.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 100,
    }

    delivery.deliver([make_span("chat", attributes=call)], 5.0)

    (span,) = receiver.spans()
    assert [attribute["key"] for attribute in span["attributes"]] == [
        *call,
        "verspan.cost.usd",
        "verspan.cost.price_version",
    ]


def test_later(delivery: OtlpDelivery, receiver: Receiver, make_span: MakeSpan) -> None:
    """A batch that is not taken now is tried once and taken whole the next time, without a duplicate."""
    receiver.replies.append(_later(receiver))
    batch = [make_span("a"), make_span("b")]

    outcomes = [delivery.deliver(batch, 5.0), delivery.deliver(batch, 5.0)]

    assert [outcome.delivered for outcome in outcomes] == [False, True]
    assert (len(receiver.requests), receiver.names()) == (2, ["a", "b"])


def test_misconfigured(delivery: OtlpDelivery, receiver: Receiver, make_span: MakeSpan) -> None:
    """Spans whose sender is not let in wait until somebody mends the settings, which the reason names."""
    receiver.replies.append(_failure(receiver, 401, grpc.StatusCode.UNAUTHENTICATED))
    batch = [make_span("a")]

    outcomes = [delivery.deliver(batch, 5.0), delivery.deliver(batch, 5.0)]

    assert [outcome.delivered for outcome in outcomes] == [False, True]
    assert "OTEL_EXPORTER_OTLP_HEADERS" in outcomes[0].reason
    assert receiver.names() == ["a"]


def test_bad_span(delivery: OtlpDelivery, receiver: Receiver, make_span: MakeSpan) -> None:
    """The one span that the collector refuses is found and counted; all others arrive, each once and in order."""
    receiver.refuses = lambda names: _bad_data(receiver) if "c" in names else None

    outcome = delivery.deliver([make_span(name) for name in "abcdefgh"], 5.0)

    assert (outcome.delivered, outcome.refused, "no good" in outcome.reason) == (True, 1, True)
    assert receiver.names() == list("abdefgh")


def test_interrupted_halves(delivery: OtlpDelivery, receiver: Receiver, make_span: MakeSpan) -> None:
    """What was taken or refused before the collector failed in mid-batch is not sent, or counted, a second time."""
    bad = _bad_data(receiver)
    receiver.replies.extend([bad, bad, receiver.usual, bad, _later(receiver)])
    batch = [make_span(name) for name in "abcd"]

    first = delivery.deliver(batch, 5.0)
    second = delivery.deliver(batch, 5.0)
    again = delivery.deliver(batch, 5.0)

    assert receiver.tried() == [list("abcd"), ["a", "b"], ["a"], ["b"], ["c", "d"], ["c", "d"], list("abcd")]
    assert (first.delivered, first.refused) == (False, 0)
    assert (second.delivered, second.refused, again) == (True, 1, Outcome(delivered=True))


def test_too_large(
    delivery: OtlpDelivery, receiver: Receiver, make_span: MakeSpan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of more bytes than a request may have goes in several; a span that is larger by itself is still tried."""
    monkeypatch.setattr(delivering, "LARGEST_REQUEST", 1000)
    batch = [
        make_span(name, attributes={"text": "x" * size})
        for name, size in {"a": 400, "b": 400, "c": 400, "d": 2000}.items()
    ]

    assert delivery.deliver(batch, 5.0) == Outcome(delivered=True)
    assert receiver.tried() == [["a", "b"], ["c"], ["d"]]


def test_larger_than_the_receiver_takes(delivery: OtlpDelivery, receiver: Receiver, make_span: MakeSpan) -> None:
    """A request that is too large for this collector is halved; a span that it will never take is counted."""
    too_large = _failure(receiver, 413, grpc.StatusCode.RESOURCE_EXHAUSTED, "message larger than max (9 vs. 4)")
    receiver.refuses = lambda names: too_large if len(names) > 1 or "d" in names else None

    outcome = delivery.deliver([make_span(name) for name in "abcd"], 5.0)

    assert (outcome.delivered, outcome.refused) == (True, 1)
    assert receiver.names() == ["a", "b", "c"]


def test_span_that_cannot_be_encoded(delivery: OtlpDelivery, receiver: Receiver, make_span: MakeSpan) -> None:
    """A span that no message can hold costs itself alone."""
    broken = make_span("b", end_time=-1)

    outcome = delivery.deliver([make_span("a"), broken, make_span("c")], 5.0)

    assert (outcome.delivered, outcome.refused) == (True, 1)
    assert outcome.reason.startswith("it cannot be encoded (ValueError:")
    assert receiver.names() == ["a", "c"]


def test_no_time_left(delivery: OtlpDelivery, receiver: Receiver, make_span: MakeSpan) -> None:
    """Without time left nothing is sent, and nothing lost."""
    assert delivery.deliver([make_span("a")], 0.0) == Outcome(delivered=False, reason="the time for this batch is over")
    assert receiver.requests == []


def test_never_answers(receiver: Receiver, delivery: OtlpDelivery, make_span: MakeSpan) -> None:
    """A collector that never answers costs the time that was allowed, and no span."""
    receiver.replies.append(replace(receiver.usual, silent=True))

    assert not delivery.deliver([make_span("a")], 0.1).delivered
    receiver.released.set()
    assert delivery.deliver([make_span("a")], 5.0).delivered
    assert receiver.names() == ["a"]


def test_closed(delivery: OtlpDelivery, receiver: Receiver, make_span: MakeSpan) -> None:
    """After it was closed, a delivery connects anew."""
    outcomes = []
    for name in "ab":
        outcomes.append(delivery.deliver([make_span(name)], 5.0))
        delivery.close()

    assert (outcomes, receiver.names()) == ([Outcome(delivered=True)] * 2, ["a", "b"])


class _Sender:
    """Answers as told, and keeps what it saw."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.seen: list[tuple[float, bool]] = []

    def send(self, payload: bytes, timeout_s: float) -> Answer:
        self.seen.append((timeout_s, is_instrumentation_enabled()))
        return self._answers.pop(0)

    def close(self) -> None: ...


def test_hint(make_span: MakeSpan) -> None:
    """What may help is said where a request came to nothing, and not beside the advice of an answer."""
    sender = _Sender(Answer.later("timed out"), Answer.misconfigured("check the address"))
    delivery = OtlpDelivery(lambda: sender, timeout_s=2.0, hint="port 4317 is usually for grpc")

    outcomes = [delivery.deliver([make_span("a")], 5.0) for _ in range(2)]

    assert [outcome.reason for outcome in outcomes] == [
        "timed out; port 4317 is usually for grpc",
        "check the address",
    ]


def test_timeout_and_instrumentation(make_span: MakeSpan) -> None:
    """A request has the shorter of two times, and nothing that instruments HTTP makes spans of it."""
    sender = _Sender(*[Answer(Verdict.TAKEN)] * 2)
    delivery = OtlpDelivery(lambda: sender, timeout_s=2.0)

    delivery.deliver([make_span("a")], 5.0)
    delivery.deliver([make_span("b")], 1.0)

    (long, enabled), (short, _) = sender.seen
    assert (long, short <= 1.0, enabled) == (2.0, True, False)


def test_partly_rejected(make_span: MakeSpan, caplog: pytest.LogCaptureFixture) -> None:
    """Spans that the collector says it did not want are counted, with its words; its mere advice is logged."""
    sender = _Sender(Answer(Verdict.TAKEN, "too old", rejected=7), Answer(Verdict.TAKEN, "soon deprecated"))
    delivery = OtlpDelivery(lambda: sender, timeout_s=2.0)

    outcomes = [delivery.deliver([make_span("a"), make_span("b")], 5.0), delivery.deliver([make_span("c")], 5.0)]

    assert outcomes == [Outcome(delivered=True, refused=2, reason="too old"), Outcome(delivered=True)]
    assert [record.getMessage() for record in caplog.records] == [
        "The collector has taken all spans and says: soon deprecated"
    ]


@pytest.mark.parametrize("error", [FileNotFoundError("no ca.pem"), InvalidArgumentError("no such provider")])
def test_cannot_connect(error: Exception, make_span: MakeSpan) -> None:
    """Where the settings do not make a connection, the spans wait."""

    def connect() -> Any:
        raise error

    assert OtlpDelivery(connect, 2.0).deliver([make_span("a")], 5.0) == Outcome(delivered=False, reason=str(error))
