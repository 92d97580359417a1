"""Versions: recorded once however often, and known from their spans before that."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

from dataclasses import replace

from verspan import semconv
from verspan.store.conformance.records import START_NS, model, span, stamp, trace_id
from verspan.store.interface import ModelQuery, Store, WriteResult
from verspan.telemetry.registered import registered_attributes
from verspan.traces.model import TraceQuery
from verspan.versions.model import GitState, LoggedModelStatus


class ModelConformance:
    """Of a store's versions."""

    def test_every_field(self, store: Store) -> None:
        """A version's record comes back equal in every field."""
        given = model(
            "v1",
            status=LoggedModelStatus.FAILED,
            git=GitState("c" * 40, "main", "https://example.com/repo.git", dirty=True),
            params={"temperature": "0.7"},
            tags={"☃": "b"},
        )
        assert store.upsert_model(given) == given
        assert store.get_model(given.model_id) == given
        assert store.find_models(ModelQuery()) == [given]

    def test_git_without_commits(self, store: Store) -> None:
        """A repository that can say nothing of itself is kept apart from no repository."""
        given = model("v1", git=GitState())
        store.upsert_model(given)
        assert store.get_model(given.model_id) == given

    def test_recorded_again(self, store: Store) -> None:
        """The earliest creation and the newest rest of two records are kept, in whatever order they come."""
        older = model("v1", creation_timestamp=5, last_updated_timestamp=10, params={"a": "1"})
        newer = model("v1", creation_timestamp=7, last_updated_timestamp=20, params={"b": "2"})
        kept = replace(newer, creation_timestamp=5, params={"a": "1", "b": "2"})
        store.upsert_model(older)
        assert store.upsert_model(newer) == kept
        assert store.upsert_model(older) == kept
        assert store.get_model(kept.model_id) == kept

    def test_git_known_before(self, store: Store) -> None:
        """A record that knows nothing of git takes nothing away from one that does, whichever is newer."""
        known = GitState("c" * 40, "main")
        for number, (earlier, later) in enumerate(
            [(known, None), (None, known), (known, GitState()), (GitState(), known)]
        ):
            store.upsert_model(model(f"v{number}", last_updated_timestamp=1, git=earlier))
            kept = store.upsert_model(model(f"v{number}", last_updated_timestamp=2, git=later))
            assert (kept.last_updated_timestamp, kept.git) == (2, known)
            assert store.upsert_model(model(f"v{number}", last_updated_timestamp=1, git=earlier)) == kept

    def test_registered_span(self, store: Store) -> None:
        """A span that tells of a version's record leaves the record, once, and no trace; one that lies is a span."""
        given = model(
            "v1", git=GitState("c" * 40, "main", "https://example.com/repo.git", dirty=False), tags={"a": "b"}
        )
        registered = span(name=semconv.SPAN_REGISTERED, attributes=registered_attributes(given))
        assert store.write_spans([registered, span(2)]) == WriteResult(written=2, duplicates=0)
        assert store.write_spans([registered]) == WriteResult(written=1, duplicates=0)
        assert store.find_models(ModelQuery()) == [given]
        assert [trace.span_count for trace in store.find_traces(TraceQuery()).traces] == [1]
        lie = {**registered_attributes(given), semconv.LOGGED_MODEL_ID: model("v2").model_id}
        store.write_spans([replace(registered, attributes=lie)])
        assert store.get_model(given.model_id) == given
        assert [trace.span_count for trace in store.find_traces(TraceQuery()).traces] == [2]

    def test_known_from_spans(self, store: Store) -> None:
        """A version that only spans tell of is listed with what they tell, until its record is kept."""
        recorded = model("v1", creation_timestamp=2**50, last_updated_timestamp=3)
        store.write_spans([span(attributes={semconv.LOGGED_MODEL_ID: recorded.model_id})])
        store.write_spans([span(2, attributes=stamp("v1"))])
        store.write_spans([span(0, attributes=stamp("v1"))])
        seen_ms = START_NS // 1_000_000
        (known,) = store.find_models(ModelQuery())
        assert known == replace(
            recorded,
            experiment_id="",
            experiment_name="",
            creation_timestamp=seen_ms,
            last_updated_timestamp=seen_ms,
        )
        kept = store.upsert_model(recorded)
        assert kept == replace(recorded, creation_timestamp=seen_ms)
        assert store.find_models(ModelQuery()) == [kept]
        (summary,) = store.find_traces(TraceQuery(experiment_name="support")).traces
        assert summary.trace_id == trace_id(1)

    def test_name_unknown(self, store: Store) -> None:
        """A version of which spans tell the id alone has its id for a name."""
        store.write_spans([span(attributes={semconv.LOGGED_MODEL_ID: "m-1"})])
        (known,) = store.find_models(ModelQuery())
        assert (known.model_id, known.name) == ("m-1", "m-1")

    def test_find(self, store: Store) -> None:
        """Each field of a query leaves the versions that match it, newest first."""
        one = store.upsert_model(model("agent-1", creation_timestamp=1))
        two = store.upsert_model(model("agent-2", creation_timestamp=3))
        other = store.upsert_model(model("Agent_%", experiment="billing", creation_timestamp=2))
        assert store.find_models(ModelQuery()) == [two, other, one]
        assert store.find_models(ModelQuery(limit=2)) == [two, other]
        assert store.find_models(ModelQuery(experiment_name="support")) == [two, one]
        assert store.find_models(ModelQuery(name="agent-1")) == [one]
        assert store.find_models(ModelQuery(name_prefix="agent")) == [two, one]
        assert store.find_models(ModelQuery(name_prefix="Agent_%")) == [other]
        assert store.find_models(ModelQuery(name_prefix="%")) == []
        assert store.find_models(ModelQuery(model_id_prefix=other.model_id[:12])) == [other]

    def test_unknown(self, store: Store) -> None:
        """A version that is not there is None."""
        assert store.get_model("m-none") is None
