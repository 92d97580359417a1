"""Watching two versions: looks, verdicts, and what is said while there is nothing to see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest
from tests.watching.versions import NS, START_NS, FakeClock, plan, record_of

from verspan.errors import InvalidArgumentError, NotFoundError, StoreUnavailableError
from verspan.gating.model import Verdict
from verspan.gating.reading import policy_of
from verspan.sources.model import ObservedCall, ObservedTrace, Window
from verspan.versions.identity import model_id_for
from verspan.versions.model import LoggedModel
from verspan.watching.judging import by_policy
from verspan.watching.looking import looks
from verspan.watching.model import Look

MINUTE = 60


@dataclass
class Service:
    """Two versions in use, a request of each every so often, as a store would tell of them."""

    clock: FakeClock
    slower: float = 1.0
    failing: float = 0.02
    a_minute: int = 60
    begins: int = START_NS
    known: tuple[str, ...] = ("v1", "v2")
    broken: Callable[[int], bool] = lambda now: False
    asked: list[Window] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = {name: np.random.default_rng(seed) for seed, name in enumerate(self.known)}
        self._made: dict[str, list[ObservedTrace]] = {name: [] for name in self.known}

    @contextmanager
    def opens(self, _versions: Sequence[str], window: Window) -> Iterator[Service]:
        if self.broken(self.clock.now):
            raise StoreUnavailableError("it is down")
        self.asked.append(window)
        yield self

    @property
    def store(self) -> Service:
        return self

    def observed(self, model_id: str, window: Window) -> Iterator[ObservedTrace]:
        name = next(name for name in self.known if model_id == model_id_for("shop", name))
        made, apart = self._made[name], 60 * NS // self.a_minute
        while self.begins + len(made) * apart < self.clock.now:
            made.append(self._trace(name, self.begins + len(made) * apart))
        return iter([trace for trace in made if trace.start_ns >= (window.since_ns or 0)])

    def _trace(self, name: str, start_ns: int) -> ObservedTrace:
        chance, later = self._chance[name], name == "v2"
        call = ObservedCall("openai", "gpt-4o-mini", start_ns, 100, 50, 0, 0.001)
        return ObservedTrace(
            trace_id=f"{name}-{start_ns}",
            name="answer",
            start_ns=start_ns,
            duration_ms=float(chance.lognormal(6, 0.3)) * (self.slower if later else 1.0),
            failed=bool(chance.random() < (self.failing if later else 0.02)),
            session_id=None,
            user_id=None,
            calls=[call],
        )

    def get_model(self, model_id: str) -> LoggedModel | None:
        found = [each for each in map(record_of, self.known) if each.model_id == model_id]
        return found[0] if found else None

    def find_models(self, query: object) -> Sequence[LoggedModel]:
        return [record_of(name) for name in self.known if name == getattr(query, "name", None)]

    @property
    def models(self) -> Service:
        return self

    def at_alias(self, _experiment: str, alias: str) -> LoggedModel | None:
        return record_of("v1") if alias == "champion" else None


def taken(service: Service, **changed: object) -> list[Look]:
    return list(looks(plan(**changed), service.opens, service.clock))  # type: ignore[arg-type]  # a fake store


def test_passes_when_no_regression_is_shown() -> None:
    """Enough traffic of a version that is no worse ends with a pass, long before the time is up."""
    clock = FakeClock()
    found = taken(Service(clock, a_minute=600))
    assert found[-1].judgement.verdict is Verdict.PASS
    assert [look.ended for look in found] == [False] * (len(found) - 1) + [True]
    assert clock.now < START_NS + 60 * MINUTE * NS
    assert found[-1].judgement.reason == "error rate, latency and cost are shown to be within the margin"


def test_fails_as_soon_as_it_is_shown() -> None:
    """A version that is half as slow again is found within minutes, and the reason names what is worse."""
    clock = FakeClock()
    last = taken(Service(clock, slower=1.5))[-1]
    assert last.judgement.verdict is Verdict.FAIL
    assert last.judgement.reason.startswith("latency p50")
    assert clock.now <= START_NS + 10 * MINUTE * NS
    assert "fail, latency p50" in str(last)


def test_inconclusive_when_the_time_is_up() -> None:
    """Too little traffic to tell ends with neither, at the end of the time and not later."""
    clock = FakeClock()
    found = taken(Service(clock, a_minute=2), until_ns=START_NS + 5 * MINUTE * NS, every_s=90.0)
    assert clock.waited == [90.0, 90.0, 90.0, 30.0]
    assert found[-1].judgement.verdict is Verdict.INCONCLUSIVE
    assert found[-1].judgement.reason == "the time is up, and too little traffic for a verdict: 10 and 10 of 100"
    assert found[-1].ended


def test_nothing_of_the_candidate() -> None:
    """A candidate that nothing is known of yet is waited for, and the line says that it has no traffic."""
    clock = FakeClock()
    found = taken(Service(clock, known=("v1",)), until_ns=START_NS + MINUTE * NS)
    assert {look.comparison for look in found} == {None}
    assert found[-1].judgement.reason.startswith("the time is up, and no traffic of v2 yet; no version has a name")
    assert [look.traces for look in found] == [(0, 0), (30, 0), (60, 0)]


def test_no_store_yet() -> None:
    """A store that is not there yet is no reason to end, either."""

    @contextmanager
    def opens(_versions: Sequence[str], _window: Window) -> Iterator[Service]:
        raise NotFoundError("nothing is recorded yet")
        yield  # type: ignore[unreachable]  # which makes it a generator

    clock = FakeClock()
    found = list(looks(plan(until_ns=START_NS), opens, clock))  # type: ignore[arg-type]  # a fake store
    assert [look.judgement.reason for look in found] == [
        "the time is up, and no traffic of v1 and v2 yet; nothing is recorded yet"
    ]


def test_a_source_that_is_down() -> None:
    """A source that does not answer is tried again, less and less often, and what it had meanwhile is not lost."""
    clock = FakeClock()
    service = Service(clock, broken=lambda now: START_NS + 30 * NS < now < START_NS + 12 * MINUTE * NS, a_minute=10)
    found = taken(service, until_ns=START_NS + 15 * MINUTE * NS)
    assert clock.waited[:8] == [30.0, 30.0, 60.0, 120.0, 240.0, 300.0, 30.0, 30.0]
    assert found[3].judgement.reason == "nothing can be read now, and it is tried again: it is down"
    assert found[-1].traces == (150, 150)


def test_what_is_new_is_read() -> None:
    """A look reads what has started since a quarter of an hour before the last, and every trace counts once."""
    clock = FakeClock()
    service = Service(clock, a_minute=1)
    found = taken(service, until_ns=START_NS + 60 * MINUTE * NS, every_s=600.0)
    assert [look.traces for look in found] == [(n, n) for n in range(0, 61, 10)]
    ago = [START_NS + minute * MINUTE * NS for minute in (0, 0, 0, 5, 15, 25, 35)]
    assert [window.since_ns for window in service.asked] == ago


def test_a_policy_decides() -> None:
    """With a policy the gate's verdict counts: a bound that is missed fails, one that is met passes."""
    slow = {"metrics": {"latency p95": {"at_most": "500 ms"}}}
    found = taken(Service(FakeClock()), judge=by_policy(policy_of(slow)))
    assert found[-1].judgement.verdict is Verdict.FAIL
    assert [check.metric for check in found[-1].judgement.checks] == ["latency p95"]
    met = taken(Service(FakeClock()), judge=by_policy(policy_of({"metrics": {"latency p95": {"at_most": "2 s"}}})))
    assert met[-1].judgement.verdict is Verdict.PASS


def test_want_of_evidence_passes_at_the_end_alone() -> None:
    """A demand that nothing be shown to be worse is not met at the first look, but when there is no further one."""
    clock = FakeClock()
    policy = policy_of({"metrics": {"latency p50": {"must": "not regress"}}})
    found = taken(Service(clock), judge=by_policy(policy), until_ns=START_NS + 10 * MINUTE * NS)
    assert clock.now == START_NS + 10 * MINUTE * NS
    assert found[-2].judgement.reason == "nothing shows so far that it is worse, and time will tell: latency p50"
    assert found[-1].judgement.verdict is Verdict.PASS


def test_an_alias() -> None:
    """A version may be named by an alias, and is the same one however the alias moves."""
    found = taken(Service(FakeClock(), a_minute=600), baseline="shop@champion")
    assert found[-1].comparison is not None
    assert found[-1].comparison.baseline == "v1"


def test_the_same_version() -> None:
    """A version is not watched beside itself."""
    with pytest.raises(InvalidArgumentError, match="v1 is compared with itself"):
        taken(Service(FakeClock()), candidate="v1")


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"alpha": 2.0}, "alpha is between"), ({"every_s": 0.0}, "a positive number"), ({"least": 0}, "at least 1")],
)
def test_what_cannot_be_watched(changed: dict[str, object], message: str) -> None:
    """Arguments that make no sense are refused before anything is read."""
    with pytest.raises(InvalidArgumentError, match=message):
        plan(**changed)
