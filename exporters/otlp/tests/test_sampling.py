"""Policies: what they are written as, and which traces they keep."""

from __future__ import annotations

import logging

import pytest

from verspan_otlp.sampling import Decision, TailSampling, tail_sampling_from_environment
from verspan_otlp.trace_watch import ObservedTrace

SECOND_NS = 1_000_000_000
HALF = 0x80000000000000


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("", None),
        ("errors,slow>5s,ratio=0.5", TailSampling(errors=True, slow_ns=5 * SECOND_NS, threshold=HALF)),
        (" ratio = .5 , slow > 250ms ", TailSampling(slow_ns=SECOND_NS // 4, threshold=HALF)),
        ("slow>1.5m", TailSampling(slow_ns=90 * SECOND_NS)),
        ("errors", TailSampling(errors=True)),
        ("ratio=1", TailSampling(threshold=0)),
        ("ratio=0", TailSampling()),
    ],
)
def test_from_environment(text: str, policy: TailSampling | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable names the traces to keep; where it is unset, there is no policy."""
    monkeypatch.setenv("VERSPAN_TAIL_SAMPLING", text)

    assert tail_sampling_from_environment() == policy


@pytest.mark.parametrize("rule", ["error", "slow>5", "ratio=2", "ratio=-1", ""])
def test_unreadable(rule: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A policy that cannot be read costs no trace: all are sent, and one line shows how it is written."""
    monkeypatch.setenv("VERSPAN_TAIL_SAMPLING", f"errors,{rule}")

    assert tail_sampling_from_environment() is None
    assert caplog.record_tuples == [
        (
            "verspan_otlp.sampling",
            logging.WARNING,
            (
                f"VERSPAN_TAIL_SAMPLING=errors,{rule} cannot be read at '{rule}': every trace is sent. "
                "Write it as in errors,slow>5s,ratio=0.1."
            ),
        )
    ]


ALL = TailSampling(errors=True, slow_ns=5 * SECOND_NS, threshold=HALF)
QUICK = ObservedTrace(0, root_ns=SECOND_NS)


@pytest.mark.parametrize(
    ("policy", "trace", "randomness", "decision"),
    [
        (ALL, QUICK, HALF, Decision.SAMPLED),
        (ALL, QUICK, HALF - 1, Decision.DROPPED),
        (ALL, ObservedTrace(0, has_error=True, root_ns=1), 0, Decision.KEPT),
        (ALL, ObservedTrace(0, has_error=True), 0, Decision.KEPT),
        (ALL, ObservedTrace(0, root_ns=6 * SECOND_NS), 0, Decision.KEPT),
        (TailSampling(), ObservedTrace(0, has_error=True, root_ns=6 * SECOND_NS), 2**56 - 1, Decision.DROPPED),
        (ALL, ObservedTrace(9 * SECOND_NS), HALF, Decision.UNDECIDED),
        (ALL, ObservedTrace(0), 0, Decision.KEPT),
    ],
    ids=["lucky", "unlucky", "error", "error in open trace", "slow", "nothing kept", "open", "open and slow by now"],
)
def test_decisions(policy: TailSampling, trace: ObservedTrace, randomness: int, decision: Decision) -> None:
    """The failed and the slow are kept; of the others, those whose random bits are not below the threshold."""
    assert policy.decide(trace, randomness, now_ns=10 * SECOND_NS, can_wait=True) is decision


@pytest.mark.parametrize(("randomness", "decision"), [(HALF, Decision.SAMPLED), (0, Decision.DROPPED)])
def test_not_over(randomness: int, decision: Decision) -> None:
    """A trace that has not ended in time is decided by what there is of it."""
    assert ALL.decide(ObservedTrace(9 * SECOND_NS), randomness, now_ns=10 * SECOND_NS, can_wait=False) is decision
