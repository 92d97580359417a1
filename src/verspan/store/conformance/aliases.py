"""Aliases of versions: one version each, another later, and the way there."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.conformance.life import noted
from verspan.store.conformance.records import model, refused, span, stamp
from verspan.store.interface import Store


class AliasConformance:
    """Of the aliases that an experiment gives its versions."""

    def test_moved(self, store: Store) -> None:
        """An alias stands for one version of its experiment at a time, and its history tells where it has been."""
        one, two = (store.upsert_model(model(name)).model_id for name in ("v1", "v2"))
        other = store.upsert_model(model("v1", experiment="billing")).model_id
        store.models.set_alias(other, "champion")
        assert store.models.set_alias(one, "champion").aliases == ("champion",)
        store.models.set_alias(two, "candidate")
        assert store.models.set_alias(two, "champion").aliases == ("candidate", "champion")
        champion = store.models.at_alias("support", "champion")
        assert champion == store.get_model(two)
        before = store.get_model(one)
        assert before is not None
        assert before.aliases == ()
        moves = store.models.alias_moves("support", "champion")
        assert [(move.from_model_id, move.to_model_id) for move in moves] == [(one, two), (None, one)]
        assert all(move.actor for move in moves)
        assert [move.alias for move in store.models.alias_moves("support")] == ["champion", "candidate", "champion"]
        assert noted(store, "alias")[-1] == ("alias.move", {"model_id": one}, {"model_id": two})

    def test_taken_away(self, store: Store) -> None:
        """An alias that is taken away stands for nothing; only the version that has it can lose it."""
        one, two = (store.upsert_model(model(name)).model_id for name in ("v1", "v2"))
        store.models.set_alias(one, "champion")
        error = refused(NotFoundError, lambda: store.models.delete_alias(two, "champion"))
        assert str(error) == "the version v2 does not have the alias 'champion'"
        assert store.models.delete_alias(one, "champion").aliases == ()
        assert store.models.at_alias("support", "champion") is None
        assert [(move.from_model_id, move.to_model_id) for move in store.models.alias_moves("support", "champion")] == [
            (one, None),
            (None, one),
        ]

    def test_set_again(self, store: Store) -> None:
        """To give a version an alias that it has moves nothing."""
        one = store.upsert_model(model("v1")).model_id
        assert store.models.set_alias(one, "champion") == store.models.set_alias(one, "champion")
        assert len(store.models.alias_moves("support", "champion")) == 1

    def test_kept_by_replicas(self, store: Store) -> None:
        """A version keeps its aliases when its record is written again."""
        made = store.upsert_model(model("v1"))
        kept = store.models.set_alias(made.model_id, "champion")
        assert store.upsert_model(made) == kept

    def test_without_experiment(self, store: Store) -> None:
        """A version that only spans have told of has no experiment whose alias it could have."""
        store.write_spans([span(attributes=stamp("v1"))])
        error = refused(InvalidArgumentError, lambda: store.models.set_alias(model("v1").model_id, "champion"))
        assert str(error).startswith("the version v1 is known from its spans alone")
