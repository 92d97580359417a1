"""Manifests of versions: nothing is overwritten, nothing is logged twice, every change is noted."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from verspan.artifacts.model import Artifact
from verspan.audit.model import AuditQuery
from verspan.errors import NotFoundError
from verspan.store.conformance.records import model, refused
from verspan.store.interface import Store

FIRST: Final = Artifact("config/a.json", "ab" * 32, 12, "application/json", 1_000)
SECOND: Final = replace(FIRST, digest="cd" * 32, logged_timestamp=2_000)
OTHER: Final = Artifact("config/ü.json", "ef" * 32, 2**40, "application/json", 1_500, "s3://bucket/prefix")
_AT_ONCE: Final = 10


def recorded(store: Store, name: str = "v1") -> str:
    """Record a version; returns its id."""
    return store.upsert_model(model(name)).model_id


class ArtifactConformance:
    """Of the manifests of a store's versions."""

    def test_nothing_overwritten(self, store: Store) -> None:
        """Every field comes back, and another content under the same path comes before the older one, which stays."""
        model_id = recorded(store)
        assert store.artifacts.log(model_id, [FIRST, OTHER]) == [FIRST, OTHER]
        assert store.artifacts.log(model_id, [SECOND]) == [SECOND]
        assert store.artifacts.of(model_id) == [SECOND, OTHER]
        assert store.artifacts.history(model_id) == [SECOND, FIRST, OTHER]
        assert store.artifacts.history(model_id, "config/a.json") == [SECOND, FIRST]

    def test_same_again(self, store: Store) -> None:
        """The content that a path has is not logged again, an older one is; a whole history may be repeated."""
        model_id = recorded(store)
        store.artifacts.log(model_id, [FIRST, SECOND])
        assert store.artifacts.log(model_id, [replace(SECOND, logged_timestamp=3_000)]) == []
        assert store.artifacts.log(model_id, [FIRST, SECOND]) == []
        back = replace(FIRST, logged_timestamp=4_000)
        assert store.artifacts.log(model_id, [back]) == [back]
        assert store.artifacts.of(model_id) == [back]

    def test_other_root(self, store: Store) -> None:
        """The same content kept at another root is an entry of its own; what was logged at one moment is one entry."""
        model_id = recorded(store)
        moved = replace(FIRST, root="file:///elsewhere", logged_timestamp=5_000)
        store.artifacts.log(model_id, [FIRST])
        assert store.artifacts.log(model_id, [moved]) == [moved]
        assert store.artifacts.log(model_id, [replace(FIRST, root="file:///third")]) == []

    def test_late(self, store: Store) -> None:
        """What was logged earlier and comes later stands where it belongs."""
        model_id = recorded(store)
        store.artifacts.log(model_id, [SECOND])
        assert store.artifacts.log(model_id, [FIRST]) == [FIRST]
        assert store.artifacts.of(model_id) == [SECOND]

    def test_below(self, store: Store) -> None:
        """A path and everything below it are found, and nothing that merely begins with the same letters."""
        model_id = recorded(store)
        store.artifacts.log(model_id, [replace(FIRST, path=path) for path in ("a0", "a/c/d", "a-b", "a", "a/b", "A/b")])
        found = {
            folder: {artifact.path for artifact in store.artifacts.of(model_id, folder)}
            for folder in ("", "a", "a/c", "b")
        }
        below = {"a", "a/b", "a/c/d"}
        assert found == {"": {*below, "a0", "a-b", "A/b"}, "a": below, "a/c": {"a/c/d"}, "b": set()}

    def test_apart(self, store: Store) -> None:
        """Two versions have manifests of their own."""
        first, second = recorded(store), recorded(store, "v2")
        store.artifacts.log(first, [FIRST])
        store.artifacts.log(second, [SECOND])
        assert (store.artifacts.of(first), store.artifacts.of(second)) == ([FIRST], [SECOND])

    def test_unknown_version(self, store: Store) -> None:
        """A version that is not there takes no artifacts and has none."""
        error = refused(NotFoundError, lambda: store.artifacts.log("m-none", [FIRST]))
        assert str(error).startswith("there is no version 'm-none' to log artifacts to")
        assert store.artifacts.of("m-none") == store.artifacts.history("m-none") == []

    def test_noted(self, store: Store) -> None:
        """Every artifact that is added has its entry in the audit log, and what changes nothing has none."""
        model_id = recorded(store)
        for artifacts in ([FIRST, OTHER], [FIRST], [SECOND]):
            store.artifacts.log(model_id, artifacts)
        entries = reversed(store.audit.find(AuditQuery(subject_kind="artifact"), 10))
        first, second = ({"digest": artifact.digest, "size": artifact.size} for artifact in (FIRST, SECOND))
        assert [(entry.action, entry.subject_id, entry.before, entry.after) for entry in entries] == [
            ("artifact.log", f"{model_id}/{FIRST.path}", None, first),
            ("artifact.log", f"{model_id}/{OTHER.path}", None, {"digest": OTHER.digest, "size": OTHER.size}),
            ("artifact.log", f"{model_id}/{FIRST.path}", first, second),
        ]

    def test_at_once(self, store: Store) -> None:
        """Of many that log the same at once one does, and what each logs of its own is there."""
        model_id = recorded(store)

        def log(number: int) -> int:
            return len(store.artifacts.log(model_id, [FIRST, replace(FIRST, path=f"own/{number}")]))

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            added = sum(pool.map(log, range(_AT_ONCE)))
        assert added == len(store.artifacts.history(model_id)) == _AT_ONCE + 1
