"""The life of a version's record: what may change, what stays, and that each change is noted once."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from verspan.audit.model import AuditQuery
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.conformance.records import model, refused, span, stamp
from verspan.store.interface import ModelQuery, Store
from verspan.versions.identity import state_fingerprint
from verspan.versions.model import GitState, LoggedModel, LoggedModelStatus, ModelMetric, SeenFingerprint

PENDING, READY, FAILED = LoggedModelStatus.PENDING, LoggedModelStatus.READY, LoggedModelStatus.FAILED


def noted(store: Store, subject_kind: str = "model") -> list[tuple[str, Any, Any]]:
    """What the audit log tells: action, before and after of each change, the first one first."""
    entries = store.audit.find(AuditQuery(subject_kind=subject_kind), 1000)
    return [(entry.action, entry.before, entry.after) for entry in reversed(entries)]


def unchanged(store: Store, kept: LoggedModel, action: Callable[[], object]) -> None:
    """That something changes neither the record nor the log."""
    before = noted(store)
    action()
    assert store.get_model(kept.model_id) == kept
    assert noted(store) == before


class LifeConformance:
    """Of what happens to a version's record after it has been made."""

    def test_pending_to_ready(self, store: Store) -> None:
        """Parameters of a version that is PENDING change; those of one that is READY keep their values."""
        model_id = store.models.initialize(model("v1", status=PENDING, params={"a": "1"})).model_id
        store.models.log_params(model_id, {"a": "2", "b": "1"})
        ready = store.models.finalize(model_id, READY)
        assert (ready.status, ready.params) == (READY, {"a": "2", "b": "1"})
        unchanged(store, ready, lambda: store.models.log_params(model_id, {"a": "2"}))
        error = refused(InvalidArgumentError, lambda: store.models.log_params(model_id, {"c": "1", "a": "3"}))
        assert str(error) == (
            "the parameter 'a' of the version v1 is '2' and cannot become '3': the version is READY. "
            "Give the new state another name."
        )
        kept = store.models.log_params(model_id, {"c": "3"})
        assert kept.params == {"a": "2", "b": "1", "c": "3"}
        assert store.get_model(model_id) == kept

    def test_transitions(self, store: Store) -> None:
        """A version is finalized once; to do so again with the same word is fine, and a FAILED one may begin again."""
        failed = store.models.initialize(model("v1", status=PENDING)).model_id
        kept = store.models.finalize(failed, FAILED)
        unchanged(store, kept, lambda: store.models.finalize(failed, FAILED))
        error = refused(InvalidArgumentError, lambda: store.models.finalize(failed, READY))
        assert str(error).startswith("the version v1 is FAILED and does not become READY: only one that is PENDING")
        assert store.models.initialize(model("v1", status=PENDING, tags={"try": "2"})).status is PENDING
        again = store.models.finalize(failed, READY)
        assert (again.status, again.tags) == (READY, {"try": "2"})
        error = refused(InvalidArgumentError, lambda: store.models.initialize(model("v1", status=PENDING)))
        assert str(error).startswith("the version v1 is READY and does not become PENDING again")

    def test_status_of_others(self, store: Store) -> None:
        """A process that names a version which is PENDING leaves it so; one that tells of its end does not."""
        made = store.models.initialize(model("v1", status=PENDING, last_updated_timestamp=1000))
        assert store.upsert_model(model("v1", creation_timestamp=2000, last_updated_timestamp=2000)).status is PENDING
        told = replace(made, status=READY, last_updated_timestamp=3000)
        assert store.upsert_model(told).status is READY
        assert store.upsert_model(replace(told, status=FAILED, last_updated_timestamp=4000)).status is READY

    def test_replicas(self, store: Store) -> None:
        """What people have added stays when replicas write their record again, and nothing is noted of these."""
        model_id = store.upsert_model(model("v1", git=GitState("c" * 40), params={"a": "1"})).model_id
        store.models.set_tags(model_id, {"team": "search"})
        store.models.set_note(model_id, "good")
        kept = store.models.log_metrics(model_id, [ModelMetric("q", 0.5, 7)])
        log = noted(store)
        for moment in (kept.last_updated_timestamp + 1, 5):
            again = model("v1", git=GitState("c" * 40), last_updated_timestamp=moment, creation_timestamp=moment)
            store.upsert_model(again)
        latest = kept.last_updated_timestamp + 1
        assert store.get_model(model_id) == replace(kept, creation_timestamp=5, last_updated_timestamp=latest)
        assert noted(store) == log

    def test_fingerprints(self, store: Store) -> None:
        """Another state under the same name leaves both fingerprints, the earliest first, however late they come."""
        store.upsert_model(model("v1", fingerprint="f2", last_updated_timestamp=20))
        kept = store.upsert_model(model("v1", fingerprint="f1", last_updated_timestamp=10))
        assert (kept.fingerprint, kept.fingerprints) == ("f2", (SeenFingerprint("f1", 10), SeenFingerprint("f2", 20)))
        assert store.upsert_model(model("v1", fingerprint="f2", last_updated_timestamp=30)).fingerprints == (
            kept.fingerprints
        )
        assert store.get_model(kept.model_id) == replace(kept, last_updated_timestamp=30)

    def test_parameters_that_contradict(self, store: Store) -> None:
        """A record with another value of a parameter keeps the first value, and both states as fingerprints."""
        first = store.upsert_model(model("v1", params={"a": "1"}))
        other = model("v1", params={"a": "2", "b": "1"}, last_updated_timestamp=2000)
        kept = store.upsert_model(other)
        states = [
            SeenFingerprint(state_fingerprint(None, first.params) or "", 1000),
            SeenFingerprint(state_fingerprint(None, other.params) or "", 2000),
        ]
        assert (kept.params, list(kept.fingerprints)) == ({"a": "1", "b": "1"}, states)

    def test_tags(self, store: Store) -> None:
        """Tags are added, changed and taken away, and only what changes is noted."""
        model_id = store.upsert_model(model("v1", tags={"a": "1", "b": "1"})).model_id
        store.models.set_tags(model_id, {"b": "2", "c": "☃"})
        kept = store.models.delete_tag(model_id, "a")
        assert kept.tags == {"b": "2", "c": "☃"}
        assert store.get_model(model_id) == kept
        assert noted(store)[1:] == [
            ("model.tag", {"tags": {"b": "1"}}, {"tags": {"b": "2", "c": "☃"}}),
            ("model.untag", {"tags": {"a": "1"}}, {"tags": {}}),
        ]
        unchanged(store, kept, lambda: store.models.set_tags(model_id, {"b": "2"}))
        error = refused(NotFoundError, lambda: store.models.delete_tag(model_id, "a"))
        assert str(error) == "the version v1 has no tag 'a'"

    def test_metrics(self, store: Store) -> None:
        """Measurements are kept each, by time and step; one of the same place replaces the other."""
        model_id = store.upsert_model(model("v1")).model_id
        first, later = ModelMetric("q", 0.5, 10, 1, "held-out"), ModelMetric("q", 0.25, 20)
        store.models.log_metrics(model_id, [later, ModelMetric("cost", 1e300, 5)])
        store.models.log_metrics(model_id, [first])
        kept = store.models.log_metrics(model_id, [replace(first, value=-0.75)])
        assert kept.metrics == (ModelMetric("cost", 1e300, 5), later, replace(first, value=-0.75))
        assert store.get_model(model_id) == kept
        assert noted(store)[-1][2] == {
            "metrics": [{"key": "q", "value": -0.75, "timestamp": 10, "step": 1, "dataset_name": "held-out"}]
        }

    def test_note_and_links(self, store: Store) -> None:
        """A note, a parent and a baseline are written and taken away; no version comes from itself."""
        old, new = (store.upsert_model(model(name)).model_id for name in ("v1", "v2"))
        store.models.set_note(new, "better")
        store.models.set_parent(new, old)
        kept = store.models.set_baseline(new, old)
        assert (kept.note, kept.parent_model_id, kept.baseline_model_id) == ("better", old, old)
        assert store.get_model(new) == kept
        error = refused(InvalidArgumentError, lambda: store.models.set_parent(old, new))
        assert str(error) == "the version v1 cannot come from itself, not by others either"
        refused(InvalidArgumentError, lambda: store.models.set_baseline(new, new))
        refused(NotFoundError, lambda: store.models.set_parent(new, "m-" + "0" * 32))
        store.models.set_note(new, None)
        store.models.set_baseline(new, None)
        cleared = store.models.set_parent(new, None)
        assert (cleared.note, cleared.parent_model_id, cleared.baseline_model_id) == (None, None, None)

    def test_ancestors_in_a_ring(self, store: Store) -> None:
        """Records from elsewhere whose parents go round are no reason to go round with them."""
        ring = [model("v1", parent_model_id=model("v2").model_id), model("v2", parent_model_id=model("v1").model_id)]
        for record in (*ring, model("v3")):
            store.upsert_model(record)
        kept = store.models.set_parent(model("v3").model_id, ring[0].model_id)
        assert kept.parent_model_id == ring[0].model_id

    def test_deleted(self, store: Store) -> None:
        """A deleted version is hidden and does not change, keeps what it has, and comes back as it was."""
        made = store.upsert_model(model("v1", tags={"a": "1"}))
        deleted = store.models.delete(made.model_id)
        assert deleted.deleted_timestamp is not None
        unchanged(store, deleted, lambda: store.models.delete(made.model_id))
        assert store.find_models(ModelQuery()) == []
        assert store.find_models(ModelQuery(include_deleted=True)) == [deleted]
        error = refused(InvalidArgumentError, lambda: store.models.set_tags(made.model_id, {"b": "1"}))
        assert str(error) == (
            f"the version v1 is deleted and does not change: `verspan models restore {made.model_id}` restores it"
        )
        assert store.upsert_model(made).deleted_timestamp == deleted.deleted_timestamp
        restored = store.models.restore(made.model_id)
        assert restored == replace(made, last_updated_timestamp=restored.last_updated_timestamp)
        assert store.find_models(ModelQuery()) == [restored]
        assert [action for action, _, _ in noted(store)] == ["model.register", "model.delete", "model.restore"]

    def test_known_from_spans(self, store: Store) -> None:
        """What people write on a version that only spans have told of stays when its record comes."""
        given = model("v1", tags={"a": "1"})
        store.write_spans([span(attributes=stamp("v1"))])
        assert noted(store) == []
        store.models.set_tags(given.model_id, {"b": "2"})
        store.models.set_note(given.model_id, "seen")
        kept = store.upsert_model(given)
        assert (kept.experiment_name, kept.tags, kept.note) == ("support", {"a": "1", "b": "2"}, "seen")
        assert store.get_model(given.model_id) == kept

    def test_unknown(self, store: Store) -> None:
        """A change of a version that is not there says so."""
        error = refused(NotFoundError, lambda: store.models.set_tags("m-none", {"a": "b"}))
        assert str(error) == "there is no version 'm-none': `verspan models` lists those there are"
