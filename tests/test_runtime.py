"""Waiting for what is under way."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import verspan
from verspan.instrumentation import abandoned
from verspan.runtime import Runtime, current_runtime, current_settings, set_runtime
from verspan.settings import Settings


class Provider:
    """A provider that answers a flush as it is told to."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answer = answer
        self.asked: list[int] = []

    def force_flush(self, timeout_millis: int = 0) -> Any:
        """Answer."""
        self.asked.append(timeout_millis)
        return self._answer()


@pytest.fixture(autouse=True)
def set_up() -> Iterator[Callable[..., None]]:
    """Puts providers in force while the test lasts."""
    before = current_runtime()
    yield lambda *providers: set_runtime(Runtime(Settings("sqlite:///none.db", ()), providers=providers))
    set_runtime(before)


def test_all_handed_over(set_up: Callable[..., None]) -> None:
    """Every provider is flushed with what is left of the time, and a flush that says nothing counts as done."""
    providers = [Provider(lambda: True), Provider(lambda: None)]
    set_up(*providers)
    assert verspan.flush(20)
    assert [len(provider.asked) for provider in providers] == [1, 1]
    assert all(19_000 < provider.asked[0] <= 20_000 for provider in providers)


def test_not_all_handed_over(set_up: Callable[..., None]) -> None:
    """A provider that refuses or raises is told of, and the others are flushed all the same."""
    last = Provider(lambda: True)

    def fail() -> None:
        raise RuntimeError("not now")

    for refusing in (Provider(lambda: False), Provider(fail)):
        set_up(refusing, last)
        assert not verspan.flush(20)
    assert len(last.asked) == 2


def test_bounded(set_up: Callable[..., None]) -> None:
    """A provider that takes longer than it may is not waited for."""
    go_on = threading.Event()
    set_up(Provider(go_on.wait))
    assert not verspan.flush(0.01)
    assert not verspan.flush(0)
    go_on.set()


def test_when_no_thread_starts(set_up: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the interpreter is ending and starts no more threads, the flush is done by the one that asks for it."""

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    provider = Provider(lambda: True)
    set_up(provider)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert verspan.flush(20)
    assert len(provider.asked) == 1


def test_dropped_spans_first(set_up: Callable[..., None]) -> None:
    """What the application has dropped is ended before providers are flushed."""
    ended = []

    class Call:
        def finish(self) -> None:
            ended.append("call")

    set_up(Provider(lambda: ended.append("flush")))
    abandoned.finish_later(Call())
    gc.collect()
    assert verspan.flush(20)
    assert ended == ["call", "flush"]


def test_nothing_set_up(set_up: Callable[..., None]) -> None:
    """Without anything set up there is nothing to wait for, and the settings are those that would be in force."""
    set_up()
    set_runtime(None)
    assert verspan.flush(0.1)
    assert current_settings().exporters
