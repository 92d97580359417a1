"""What a baggage says of a version: what is taken of it, and what is put into it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.baggage import get_all, set_baggage
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from verspan import context as process
from verspan.context import ActiveVersion, Caller, Surroundings, surroundings, with_active_version, with_caller
from verspan.propagation import entries
from verspan.propagation.entries import with_caller_in, with_entries, without_entries
from verspan.tracing.notes import add_notes, note_ended_trace

FRONT, BACK = ActiveVersion("m-" + "f" * 32, "front"), ActiveVersion("m-" + "b" * 32, "back")
BY_FRONT = {"logged_model.id": FRONT.model_id, "logged_model.name": "front", "session.id": "s-1"}


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process without a version that has complained of nothing."""
    monkeypatch.delenv("VERSPAN_ACTIVE_MODEL", raising=False)
    monkeypatch.setattr(entries, "_said", set())
    process._state.put()
    yield
    process._state.put()


def carrying(**baggage: object) -> Context:
    """A context with this baggage, dots for underlines."""
    context = Context()
    for name, value in baggage.items():
        context = set_baggage(name.replace("_id", ".id").replace("_name", ".name"), value, context)
    return context


def by_front(**others: str) -> Context:
    """The context of a request of the front's."""
    context = carrying(**others)
    for name, value in BY_FRONT.items():
        context = set_baggage(name, value, context)
    return with_caller_in(context, trusting=True)


def test_caller() -> None:
    """The caller's version and session are taken, and the baggage stays as it came."""
    context = by_front(team="tea")
    assert surroundings(context) == Surroundings(caller=Caller(FRONT, "s-1"))
    assert dict(get_all(context)) == {"team": "tea", **BY_FRONT}


def test_block_of_the_application() -> None:
    """A version that is active where the request arrives stays so beside the caller."""
    context = with_caller_in(with_active_version(BACK, carrying(session_id="s-1")), trusting=True)
    assert surroundings(context) == Surroundings(BACK, Caller(None, "s-1"))


def test_nothing_of_ours() -> None:
    """A baggage without entries of ours leaves the context alone."""
    context = carrying(team="tea")
    assert with_caller_in(context, trusting=True) is with_caller_in(context, trusting=False) is context


NONSENSE = ["", " ", "m-", "m-" + "F" * 32, FRONT.model_id + "\n", FRONT.model_id + "0", "1; drop table", "é", 7, None]


@pytest.mark.parametrize("model_id", NONSENSE)
def test_nonsense_id(model_id: object, caplog: pytest.LogCaptureFixture) -> None:
    """What has not the form of an id is not taken, whatever the name is, and is said once, however often it comes."""
    for _ in range(3):
        context = with_caller_in(carrying(logged_model_id=model_id, logged_model_name="front"), trusting=True)
        assert surroundings(context) == Surroundings(caller=Caller())
    (line,) = caplog.messages
    assert line.startswith("What a caller says of its logged_model.id is not used: the model_id ")


@pytest.mark.parametrize("name", ["", "x" * 251, "a\tb", "\x1b[2J", "\udcff", 7])
def test_nonsense_name(name: object, caplog: pytest.LogCaptureFixture) -> None:
    """An id whose name cannot be used is taken without it; likewise a session is left out."""
    context = carrying(logged_model_id=FRONT.model_id, logged_model_name=name, session_id=name)
    assert surroundings(with_caller_in(context, trusting=True)).caller == Caller(ActiveVersion(FRONT.model_id))
    assert [line.split(" is not used")[0] for line in caplog.messages] == [
        "What a caller says of its logged_model.name",
        "What a caller says of its session.id",
    ]
    assert "\x1b" not in caplog.text


def test_untrusted() -> None:
    """Of a caller who is not believed nothing is taken, and nothing of it goes any further."""
    context = set_baggage("team", "tea", carrying(logged_model_id=FRONT.model_id, session_id="s-1"))
    received = with_caller_in(context, trusting=False)
    assert (surroundings(received), dict(get_all(received))) == (Surroundings(), {"team": "tea"})


def test_own_version_goes_on() -> None:
    """A service's own version goes on in place of its caller's, whose session it passes."""
    told = get_all(with_entries(with_active_version(BACK, by_front(team="tea"))))
    assert dict(told) == {
        "team": "tea",
        "logged_model.id": BACK.model_id,
        "logged_model.name": "back",
        "session.id": "s-1",
    }


def test_version_without_a_name() -> None:
    """A caller's name never goes on beside the id of another version."""
    told = get_all(with_entries(with_active_version(ActiveVersion(BACK.model_id), by_front())))
    assert dict(told) == {"logged_model.id": BACK.model_id, "session.id": "s-1"}


def test_callers_version_goes_on() -> None:
    """A service without a version passes its caller's."""
    assert dict(get_all(with_entries(by_front()))) == BY_FRONT


def test_process_default_goes_on() -> None:
    """The process's version is told from any context."""
    process.set_default_version(BACK)
    assert dict(get_all(with_entries(Context()))) == dict(BACK.attributes)


def test_session_of_the_trace() -> None:
    """The session that the application gave its trace goes before the caller's; the user goes nowhere."""
    span = NonRecordingSpan(SpanContext(trace_id=7, span_id=8, is_remote=False, trace_flags=TraceFlags(1)))
    add_notes(7, {"session.id": "s-2", "user.id": "u-17"})
    told = get_all(with_entries(set_span_in_context(span, by_front())))
    note_ended_trace(7)
    assert dict(told) == {**BY_FRONT, "session.id": "s-2"}


def test_nothing_to_tell() -> None:
    """Where there is neither a version nor a session the context is left alone."""
    context = carrying(team="tea")
    assert with_entries(context) is without_entries(context) is context


def test_withheld() -> None:
    """From a host of somebody else's all is withheld that came with the request, and the rest of the baggage is not."""
    assert dict(get_all(without_entries(by_front(team="tea")))) == {"team": "tea"}


def test_session_of_the_applications_own() -> None:
    """A session that the application has put into its baggage by itself is its own to tell."""
    changed = set_baggage("session.id", "mine", by_front())
    unasked = with_caller(Caller(FRONT), carrying(session_id="mine", logged_model_id=FRONT.model_id))
    told = [dict(get_all(without_entries(context))) for context in (changed, unasked, carrying(session_id="mine"))]
    assert told == [{"session.id": "mine"}] * 3
