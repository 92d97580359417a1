"""The ledger of deployments, and the traffic that is kept as spans are stored."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from verspan.audit.model import AuditQuery
from verspan.deployments.model import DeploymentEvent, EventKind, NewEvent, TrafficHour
from verspan.deployments.records import Decide
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.conformance.records import SECOND_NS, START_NS, call, model, refused, span, stamp
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord
from verspan.versions.identity import model_id_for

_V1, _V2 = (model_id_for("support", name) for name in ("v1", "v2"))
_HOUR = START_NS // (3_600 * SECOND_NS)
_PRODUCTION = {"deployment.environment.name": "production", "service.name": "support"}
_STAGING = {"deployment.environment": "staging"}


def of_two_environments() -> list[SpanRecord]:
    """Spans of two versions in two environments, and one of no version."""
    return [
        replace(call(1, trace=1, **stamp("v1")), resource=_PRODUCTION),
        replace(span(2, trace=1, parent=1, attributes=stamp("v1")), resource=_PRODUCTION),
        replace(call(5, trace=2, **stamp("v1")), resource=dict(_PRODUCTION)),
        replace(call(3, trace=3, **stamp("v1")), resource=_STAGING),
        replace(call(4, trace=4, **stamp("v2"))),
        replace(call(4000, trace=5, **stamp("v1")), resource=_PRODUCTION),
        replace(call(6, trace=6), resource=_PRODUCTION),
    ]


def traffic_of_two_environments() -> list[TrafficHour]:
    """What these spans come to."""
    return [
        _hour("", "v2", _HOUR, (1, 1), 4, 4),
        _hour("production", "v1", _HOUR, (3, 2), 1, 5),
        _hour("production", "v1", _HOUR + 1, (1, 1), 4000, 4000),
        _hour("staging", "v1", _HOUR, (1, 1), 3, 3),
    ]


def _hour(environment: str, name: str, at: int, counts: tuple[int, int], *seconds: int) -> TrafficHour:
    first, last = (START_NS + each * SECOND_NS for each in seconds)
    return TrafficHour(environment, model_id_for("support", name), name, at, *counts, first, last)


def _adding(*events: NewEvent) -> Decide:
    """Decides to add these, whatever is there."""
    return lambda _events: events


class DeploymentConformance:
    """Of a store's deployments."""

    def test_traffic(self, store: Store) -> None:
        """Spans come to the same in whatever batches and order, and each counts once."""
        told = of_two_environments()
        for start in range(3):
            store.write_spans(told[start::3][::-1])
        store.write_spans(told)
        assert store.deployments.traffic() == traffic_of_two_environments()

    def test_part_of_the_traffic(self, store: Store) -> None:
        """Traffic is read by environment and by time."""
        store.write_spans(of_two_environments())
        expected = traffic_of_two_environments()
        assert store.deployments.traffic("production", since_hour=_HOUR + 1) == expected[2:3]
        assert store.deployments.traffic("production", until_hour=_HOUR) == expected[1:2]

    def test_ledger(self, store: Store) -> None:
        """Events come back by when they were so, whenever they were told of, and each is noted in the audit log."""
        for name in ("v1", "v2"):
            store.upsert_model(model(name))
        told = [
            NewEvent(EventKind.DEPLOY, _V2, 2_000),
            NewEvent(EventKind.DEPLOY, _V1, 1_000, "first"),
            NewEvent(EventKind.UNDEPLOY, _V2, 3_000),
        ]
        (*_, events) = [store.deployments.change("production", _adding(event)) for event in told]
        (elsewhere,) = store.deployments.change("staging", _adding(told[0]))
        assert [(each.kind, each.model_name, each.timestamp, each.note) for each in events] == [
            (EventKind.DEPLOY, "v1", 1_000, "first"),
            (EventKind.DEPLOY, "v2", 2_000, None),
            (EventKind.UNDEPLOY, "v2", 3_000, None),
        ]
        assert store.deployments.events("production") == events
        assert store.deployments.events() == [*events, elsewhere]
        entries = store.audit.find(AuditQuery(subject_kind="deployment"), 10)
        noted = {entry.sequence: entry.actor for entry in entries}
        assert {each.entry: each.actor for each in store.deployments.events()} == noted

    def test_decided_on_the_present_state(self, store: Store) -> None:
        """What is decided sees what was added before, and nothing is added where it is refused."""
        store.upsert_model(model("v1"))
        seen: list[int] = []

        def decide(events: Sequence[DeploymentEvent]) -> Sequence[NewEvent]:
            seen.append(len(events))
            if len(events) > 1:
                raise InvalidArgumentError("enough")
            return [NewEvent(EventKind.DEPLOY, _V1, 1_000)]

        for _ in range(2):
            store.deployments.change("production", decide)
        refused(InvalidArgumentError, lambda: store.deployments.change("production", decide))
        assert (seen, len(store.deployments.events())) == ([0, 1, 2], 2)

    def test_unknown_version(self, store: Store) -> None:
        """A version that the store does not know is refused, with whatever else was to be added."""
        store.upsert_model(model("v1"))
        told = [NewEvent(EventKind.DEPLOY, model_id, 1_000) for model_id in (_V1, _V2)]
        refused(NotFoundError, lambda: store.deployments.change("production", _adding(*told)))
        assert store.deployments.events() == []
        assert store.audit.find(AuditQuery(subject_kind="deployment"), 10) == []
