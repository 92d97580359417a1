"""The search for versions: what each comparison finds, in which order, page by page."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verspan.errors import InvalidArgumentError
from verspan.store.conformance.records import model, refused, span, stamp
from verspan.store.interface import Store
from verspan.versions.model import GitState, LoggedModelStatus, ModelMetric
from verspan.versions.search.grammar import parse_filter
from verspan.versions.search.model import ModelSearch
from verspan.versions.search.ordering import parse_order

_FOUND = {
    "": "a-1 a-2 B-1 a_3",
    "name = 'a-1'": "a-1",
    "name != 'a-1'": "a-2 B-1 a_3",
    "name LIKE 'a%'": "a-1 a-2 a_3",
    "name LIKE 'a_1'": "a-1",
    "name LIKE '%-_'": "a-1 a-2 B-1",
    "name LIKE '[a]%'": "",
    "name ILIKE 'b-%'": "B-1",
    "name LIKE 'b-%'": "",
    "name IN ('a-1', 'B-1')": "a-1 B-1",
    "name NOT IN ('a-1', 'B-1')": "a-2 a_3",
    "name NOT LIKE 'a%'": "B-1",
    "attributes.status = 'PENDING'": "a_3",
    "creation_timestamp > 2": "B-1 a_3",
    "attributes.creation_timestamp <= 2": "a-1 a-2",
    "creation_timestamp = 3": "B-1",
    "last_updated_timestamp != 3": "a-1 a-2 a_3",
    "experiment_name = 'billing'": "B-1",
    "experiment_name != 'billing'": "a-1 a-2 a_3",
    "git_branch = 'main'": "a-1",
    "NOT git_branch = 'main'": "a-2 B-1 a_3",
    "model_type = 'agent'": "a-2",
    "note LIKE '%slow%'": "B-1",
    "params.temperature = '0.5'": "a-1 a-2",
    "params.temperature != '0.5'": "B-1",
    "NOT params.temperature = '0.5'": "B-1 a_3",
    "params.`with blank` = 'x'": "a-1",
    "param.temperature IN ('0.5', '0.9') AND name LIKE '%1'": "a-1 B-1",
    "metrics.quality > 0.5": "a-2 B-1",
    "metrics.quality >= 0.5 AND metrics.quality < 0.9": "a-1",
    "metrics.quality = 0.9": "a-2 B-1",
    "metrics.`recall/5` < 0": "a-2",
    "metrics.recall/5 < 0": "a-2",
    "tags.team = 'search'": "a-1 B-1",
    "tags.mlflow.user ILIKE 'ANN'": "a-2",
    "tags.team = 'it''s'": "a-2",
    "aliases = 'champion'": "a-2",
    "aliases != 'champion'": "a-1 B-1 a_3",
    "aliases IN ('champion', 'next')": "a-2 B-1",
    "tags.team = 'search' OR name = 'a-2' AND NOT params.temperature = '0.5'": "a-1 B-1",
    "(tags.team = 'search' OR name = 'a-2') AND NOT params.temperature = '0.5'": "B-1",
    "tags.none = 'x'": "",
    "name = ''' OR 1=1 --'": "",
}


class ModelSearchConformance:
    """Of the search for versions."""

    def test_filters(self, store: Store) -> None:
        """Each comparison finds the versions that it is true of, and AND, OR, NOT and parentheses join them."""
        _fill(store)
        found = {text: _names(store, text, ("creation_timestamp",)) for text in _FOUND}
        assert found == {text: names.split() for text, names in _FOUND.items()}

    def test_newest_metric(self, store: Store) -> None:
        """Of a metric the last measurement is compared, by time and then by step, in whatever order they came."""
        model_id = store.upsert_model(model("v1")).model_id
        for metric in (ModelMetric("q", 0.7, 20, 2), ModelMetric("q", 0.9, 20, 1), ModelMetric("q", 0.1, 10, 9)):
            store.models.log_metrics(model_id, [metric])
        assert _names(store, "metrics.q = 0.7") == ["v1"]
        assert _names(store, "metrics.q > 0.7 OR metrics.q < 0.7") == []

    def test_orders(self, store: Store) -> None:
        """Versions come in the order that is asked for, those without the field last, and then the newest first."""
        _fill(store)
        assert _names(store) == ["a_3", "B-1", "a-2", "a-1"]
        assert _names(store, "", ("name",)) == ["B-1", "a-1", "a-2", "a_3"]
        assert _names(store, "", ("name DESC",)) == ["a_3", "a-2", "a-1", "B-1"]
        assert _names(store, "", ("metrics.quality",)) == ["a-1", "B-1", "a-2", "a_3"]
        assert _names(store, "", ("metrics.quality DESC", "name")) == ["B-1", "a-2", "a-1", "a_3"]
        assert _names(store, "", ("params.temperature desc",)) == ["B-1", "a-2", "a-1", "a_3"]
        assert _names(store, "", ("tags.team",)) == ["a-2", "B-1", "a-1", "a_3"]
        assert _names(store, "", ("experiment_name", "creation_timestamp")) == ["B-1", "a-1", "a-2", "a_3"]
        as_mlflow_does: tuple[object, ...] = ({"field_name": "metrics.quality", "ascending": False},)
        assert _names(store, "", as_mlflow_does) == ["B-1", "a-2", "a-1", "a_3"]

    def test_pages(self, store: Store) -> None:
        """Pages hold each version once, in every order, although versions are added between them."""
        _fill(store)
        for order in (
            (),
            ("name",),
            ("metrics.quality DESC",),
            ("metrics.quality", "tags.team DESC"),
            ("note", "name"),
        ):
            search: dict[str, Any] = {"order_by": parse_order(order), "limit": 1}
            whole = _names(store, "", order)
            token, paged = None, []
            for number in range(len(whole)):
                page = store.models.search(ModelSearch(**search, page_token=token))
                token = page.next_page_token
                paged += [found.name for found in page.models]
                store.upsert_model(model(f"Z{order}{number}", creation_timestamp=10**12, last_updated_timestamp=10**12))
                store.models.delete(model(f"Z{order}{number}").model_id)
            assert paged == whole
            assert token is None

    def test_added_between(self, store: Store) -> None:
        """What is newer than the first page changes nothing of the next."""
        for number in range(6):
            store.upsert_model(model(f"v{number}", creation_timestamp=number))
        first = store.models.search(ModelSearch(limit=3))
        store.upsert_model(model("late", creation_timestamp=100))
        second = store.models.search(ModelSearch(limit=3, page_token=first.next_page_token))
        assert [found.name for found in (*first.models, *second.models)] == ["v5", "v4", "v3", "v2", "v1", "v0"]
        assert second.next_page_token is None

    def test_experiments_and_deleted(self, store: Store) -> None:
        """A search may be of some experiments alone, and finds deleted versions only where it is asked to."""
        _fill(store)
        billing = model("B-1", experiment="billing")
        by_name = store.models.search(ModelSearch(experiment_names=("billing", "none")))
        assert store.models.search(ModelSearch(experiment_ids=(billing.experiment_id,))) == by_name
        assert [found.name for found in by_name.models] == ["B-1"]
        store.models.delete(billing.model_id)
        assert _names(store) == ["a_3", "a-2", "a-1"]
        everything = store.models.search(ModelSearch(include_deleted=True)).models
        assert [found.name for found in everything] == ["a_3", "B-1", "a-2", "a-1"]

    def test_known_from_spans(self, store: Store) -> None:
        """A version that only spans have told of is found by its name."""
        store.write_spans([span(attributes=stamp("v1"))])
        assert _names(store, "name = 'v1' AND NOT experiment_name = 'support'") == ["v1"]

    def test_tokens_of_others(self, store: Store) -> None:
        """A page token of another search, or none at all, is refused."""
        _fill(store)
        token = store.models.search(ModelSearch(limit=1)).next_page_token
        for other in (ModelSearch(page_token=token, experiment_names=("support",)),):
            error = refused(InvalidArgumentError, lambda other=other: store.models.search(other))  # type: ignore[misc]  # mypy does not see the default
            assert str(error).startswith("the page_token belongs to another search")
        for text in ("nonsense", "☃", "e30=", "W10=", "W3t9XQ==", "WzFlNDAwXQ==", "[" * 10_000):
            refused(InvalidArgumentError, lambda text=text: store.models.search(ModelSearch(page_token=text)))  # type: ignore[misc]  # likewise
        refused(InvalidArgumentError, lambda: store.models.search(ModelSearch(limit=0)))


def _fill(store: Store) -> None:
    quality = {"a-1": 0.5, "a-2": 0.9, "B-1": 0.9}
    metrics = {name: (ModelMetric("quality", value, 1),) for name, value in quality.items()}
    records = [
        model(
            "a-1",
            git=GitState("c" * 40, "main"),
            params={"temperature": "0.5", "with blank": "x"},
            tags={"team": "search"},
            metrics=metrics["a-1"],
        ),
        model(
            "a-2",
            model_type="agent",
            params={"temperature": "0.5"},
            tags={"team": "it's", "mlflow.user": "ann"},
            metrics=(*metrics["a-2"], ModelMetric("recall/5", -1.0, 1)),
        ),
        model(
            "B-1",
            experiment="billing",
            note="too slow",
            params={"temperature": "0.9"},
            tags={"team": "search"},
            metrics=metrics["B-1"],
        ),
        model("a_3", status=LoggedModelStatus.PENDING),
    ]
    for moment, record in enumerate(records, start=1):
        values = {**vars(record), "creation_timestamp": moment, "last_updated_timestamp": moment}
        store.upsert_model(type(record)(**values))
    store.models.set_alias(records[1].model_id, "champion")
    store.models.set_alias(records[2].model_id, "next")


def _names(store: Store, text: str = "", order: Sequence[object] = ()) -> list[str]:
    search = ModelSearch(where=parse_filter(text), order_by=parse_order(order))
    return [found.name for found in store.models.search(search).models]
