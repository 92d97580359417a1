"""The order in which contexts, the process and the environment say which version is active."""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from opentelemetry.context import Context

from verspan import context
from verspan.context import (
    ActiveVersion,
    Caller,
    Surroundings,
    active_version,
    clear_default_version,
    current_experiment,
    inherit,
    inheritance,
    may_name_version,
    set_automatic_version,
    set_current_experiment,
    set_default_version,
    surroundings,
    with_active_version,
    with_caller,
    withdraw_default_version,
    without_version,
)
from verspan.versions.identity import model_id_for

A, B, C = (ActiveVersion(model_id_for("shop", name), name) for name in "ABC")


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No default, no experiment and nothing in the environment, before and after."""
    monkeypatch.delenv("VERSPAN_ACTIVE_MODEL", raising=False)
    monkeypatch.delenv("VERSPAN_EXPERIMENT_NAME", raising=False)
    context._version_from.cache_clear()
    context._experiment_from.cache_clear()
    yield
    context._state.put()
    context._state.automatic = None
    set_current_experiment(None)


def test_nothing_active() -> None:
    """Where nobody has named a version there is none, and versions belong to the default experiment."""
    assert (active_version(), current_experiment()) == (None, "Default")


def test_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The context answers before the process, and the process before the environment."""
    monkeypatch.setenv("VERSPAN_ACTIVE_MODEL", C.model_id)
    answers = [active_version()]
    set_default_version(B)
    answers += [active_version(), active_version(with_active_version(A))]
    assert answers == [ActiveVersion(C.model_id), B, A]


def test_order_of_what_nobody_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody chose for the process answers before the caller, and the caller before the automatic version."""
    called = with_caller(Caller(A, "s-1"))
    set_automatic_version(C)
    answers = [active_version(called), active_version()]
    context._state.automatic = None
    monkeypatch.setenv("VERSPAN_ACTIVE_MODEL", C.model_id)
    answers.append(active_version(called))
    set_default_version(B)
    answers += [active_version(called), active_version(with_active_version(C, called))]
    clear_default_version()
    assert [*answers, active_version(called)] == [A, C, ActiveVersion(C.model_id), B, C, None]


def test_block_of_a_caller() -> None:
    """A block within a request keeps its caller, and a request within a block its version."""
    here = Surroundings(A, Caller(B))
    assert [
        surroundings(with_active_version(A, with_caller(Caller(B)))),
        surroundings(with_caller(Caller(B), with_active_version(A))),
    ] == [here, here]


def test_block_without_version() -> None:
    """In a block that wants no version none is active, whatever the process's default and the caller are."""
    set_default_version(A)
    called = with_caller(Caller(B))
    without = without_version(called)
    assert (active_version(called), active_version(without), surroundings(without).caller) == (A, None, None)
    assert active_version(with_active_version(C, without)) == C


def test_inheritance() -> None:
    """A process that has said nothing takes over what it is handed down, and one that has spoken keeps its own."""
    set_default_version(A)
    set_current_experiment("shop")
    handed = pickle.loads(pickle.dumps(inheritance()))  # noqa: S301 - our own
    clear_default_version()
    cleared = pickle.loads(pickle.dumps(inheritance()))  # noqa: S301 - likewise
    found = []
    for says in (None, B):
        for each in (handed, cleared):
            context._state.put(*([] if says is None else [says]))
            set_current_experiment(None if says is None else "bank")
            inherit(each)
            found.append((active_version(), may_name_version(), current_experiment()))
    assert found == [(A, False, "shop"), (None, False, "shop"), (B, False, "bank"), (B, False, "bank")]


def test_given_context() -> None:
    """A version in a context that is not the current one is found there and only there."""
    elsewhere = with_active_version(A, Context({"other": 1}))
    assert (active_version(elsewhere), elsewhere["other"], active_version()) == (A, 1, None)


def test_environment_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name in the environment is a version of the experiment that is current when a span starts."""
    monkeypatch.setenv("VERSPAN_ACTIVE_MODEL", " agent-1 ")
    monkeypatch.setenv("VERSPAN_EXPERIMENT_NAME", "shop")
    by_environment = active_version()
    set_current_experiment("bank")
    assert (by_environment, active_version()) == (
        ActiveVersion(model_id_for("shop", "agent-1"), "agent-1"),
        ActiveVersion(model_id_for("bank", "agent-1"), "agent-1"),
    )


@pytest.mark.parametrize("raw", [" ", "a\tb", "x" * 251, "\udcff"])
def test_environment_nonsense(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, raw: str) -> None:
    """A name in the environment that cannot be used is warned of once, however many spans start, and left out."""
    monkeypatch.setenv("VERSPAN_ACTIVE_MODEL", raw)
    monkeypatch.setenv("VERSPAN_EXPERIMENT_NAME", raw)
    assert {(active_version(), current_experiment()) for _ in range(3)} == {(None, "Default")}
    assert [record.getMessage().split(" is not used: ")[0] for record in caplog.records] == [
        "VERSPAN_EXPERIMENT_NAME",
        "VERSPAN_ACTIVE_MODEL",
    ]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that wants no version has none, even where the environment names one, until it sets one."""
    monkeypatch.setenv("VERSPAN_ACTIVE_MODEL", A.model_id)
    clear_default_version()
    cleared = active_version()
    set_default_version(B)
    assert (cleared, active_version()) == (None, B)


def test_withdrawn_in_any_order() -> None:
    """Two threads that each set a default and withdraw it leave the one before, whichever of them is first."""
    left = []
    for first, second in ((B, C), (C, B)):
        set_default_version(A)
        set_default_version(B)
        set_default_version(C)
        withdraw_default_version(first)
        withdraw_default_version(second)
        left.append(active_version())
    assert left == [A, A]


def test_withdrawing_an_equal_version() -> None:
    """Only the object that was set is withdrawn: the same version set by somebody else stays."""
    set_default_version(A)
    withdraw_default_version(ActiveVersion(A.model_id, A.name))
    assert active_version() is A


def test_defaults_are_bounded() -> None:
    """A program that sets a default in a loop holds a bounded number of them."""
    for _ in range(3000):
        set_default_version(ActiveVersion(A.model_id))
    assert len(context._state.defaults) == 1000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_fork_while_locked() -> None:
    """A child that is forked while another thread sets the default can set its own."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with context._state.lock:
            held.set()
            done.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    child = os.fork()
    if child == 0:
        set_default_version(A)
        os._exit(0 if active_version() is A else 1)
    _, status = os.waitpid(child, 0)
    done.set()
    holder.join()
    assert os.waitstatus_to_exitcode(status) == 0


def test_light_import() -> None:
    """Reading the active version needs OpenTelemetry's API alone."""
    heavy = "[m for m in ('opentelemetry.sdk', 'sqlalchemy', 'rich', 'click') if m in sys.modules]"
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, verspan.context; print({heavy})"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "[]"
