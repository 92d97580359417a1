"""Calls that the garbage collector finds."""

from __future__ import annotations

import gc
import os
import threading

import pytest

from verspan.instrumentation import abandoned
from verspan.testing import CapturedTelemetry

from .acme import Client


class _Call:
    def __init__(self) -> None:
        self.finished_by: list[str] = []

    def finish(self) -> None:
        self.finished_by.append(threading.current_thread().name)


def test_another_thread() -> None:
    """A call that is to be finished later is finished once, by the thread that is there for it."""
    call = _Call()
    abandoned.finish_later(call)
    assert abandoned.wait(5.0)
    assert call.finished_by == ["verspan-abandoned"]


def test_nothing_to_wait_for() -> None:
    """Waiting is over at once where nothing was abandoned."""
    assert abandoned.wait(5.0)
    assert abandoned.wait(5.0)


def test_no_more_threads(client: Client, captured: CapturedTelemetry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system gives no more threads a stream goes on, and waiting says that it was in vain."""

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(abandoned._Current, "reaper", abandoned._Reaper())
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        assert list(client.ask("hi", stream=True))
        abandoned.finish_later(_Call())
        assert not abandoned.wait(5.0)
    assert abandoned.wait(5.0)
    assert len(captured.spans()) == 1


def test_collected_under_a_lock(client: Client, captured: CapturedTelemetry) -> None:
    """A stream collected while this thread holds a lock that ending a span needs does not wait for it."""
    lock = threading.Lock()
    ended_under_lock = []

    class Locking:
        def on_start(self, span: object, parent_context: object = None) -> None: ...

        def _on_ending(self, span: object) -> None: ...

        def on_end(self, span: object) -> None:
            ended_under_lock.append(lock.acquire(timeout=10))
            lock.release()

        def shutdown(self) -> None: ...

    captured.provider.add_span_processor(Locking())  # type: ignore[arg-type]  # what the provider calls is there
    next(client.ask("hi", stream=True))
    with lock:
        gc.collect()
    assert len(captured.spans()) == 1
    assert ended_under_lock == [True]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # forking with threads is what is tried here
def test_fork() -> None:
    """A child process finishes its own calls, although the parent's thread is not there."""
    abandoned.watch()
    child = os.fork()
    if child == 0:
        call = _Call()
        abandoned.finish_later(call)
        os._exit(0 if abandoned.wait(5.0) and call.finished_by else 1)
    assert os.waitpid(child, 0)[1] == 0
