"""Two versions to watch, and a clock that goes on when somebody waits."""

from __future__ import annotations

from dataclasses import dataclass, field

from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import LoggedModel
from verspan.watching.judging import Margins, without_policy
from verspan.watching.plan import Plan

NS = 1_000_000_000
MINUTE_NS = 60 * NS
START_NS = 1_763_885_521 * NS


@dataclass
class FakeClock:
    """Goes on when somebody waits."""

    now: int = START_NS
    waited: list[float] = field(default_factory=list)

    def now_ns(self) -> int:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += int(seconds * NS)


def record_of(name: str) -> LoggedModel:
    return LoggedModel(model_id_for("shop", name), name, experiment_id_for("shop"), "shop", 0, 0)


def plan(**changed: object) -> Plan:
    common = {
        "baseline": "v1",
        "candidate": "v2",
        "judge": without_policy(Margins()),
        "since_ns": START_NS,
        "until_ns": START_NS + 120 * MINUTE_NS,
    }
    return Plan(**{**common, **changed})  # type: ignore[arg-type]  # a test names the few that it is about
