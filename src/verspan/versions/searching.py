"""The search for versions, as applications call it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeVar

from verspan.errors import InvalidArgumentError
from verspan.versions.checking import checked_integer
from verspan.versions.model import LoggedModel
from verspan.versions.registry import opened_store
from verspan.versions.search.grammar import parse_filter
from verspan.versions.search.model import ModelSearch
from verspan.versions.search.ordering import parse_order

_Item = TypeVar("_Item")
_MOST: Final = 10_000  # versions of one page
_MOST_EXPERIMENTS: Final = 500


class PagedList(list[_Item]):
    """A list that is one page of more; MLflow's name."""

    def __init__(self, items: Iterable[_Item], token: str | None) -> None:
        super().__init__(items)
        self.token = token
        """What the next page is asked for with, as ``page_token``; None where this is the last."""


def search_logged_models(  # noqa: PLR0913 - MLflow's arguments
    experiment_ids: Sequence[str] | None = None,
    filter_string: str | None = None,
    *,
    max_results: int = 100,
    order_by: Sequence[object] | None = None,
    page_token: str | None = None,
    experiment_names: Sequence[str] | None = None,
    include_deleted: bool = False,
    output_format: Literal["list"] = "list",
) -> PagedList[LoggedModel]:
    """Versions that match a filter, newest first unless another order is asked for.

    ::

        verspan.search_logged_models(
            filter_string="name LIKE 'support%' AND (metrics.quality > 0.8 OR tags.team = 'search')",
            order_by=["metrics.quality DESC"],
        )

    Args:
        experiment_ids: any of these experiments; every one where neither ids nor names are given.
        filter_string: comparisons of attributes, ``params.x``, ``tags.x``, ``metrics.x`` and ``aliases``, joined with
            AND, OR, NOT and parentheses; ``docs/versions.md`` has the whole language.
        max_results: how many of them a page has at the most, up to 10,000.
        order_by: fields, each with ``ASC`` or ``DESC`` behind, or MLflow's dictionaries. Versions without the field
            come last.
        page_token: the ``token`` of the page before. What is added in the meantime moves no version to another page.
        experiment_names: any of these experiments.
        include_deleted: whether to find deleted versions too.
        output_format: here for MLflow's signature; a list is what there is.

    Raises:
        InvalidArgumentError: filter, order or token cannot be understood; of a filter the message shows where.
        StoreError: the store cannot be read.
    """
    if output_format != "list":
        raise InvalidArgumentError(
            f"output_format={str(output_format)[:40]!r}: a list is given, of which pandas.DataFrame(map(vars, ...)) "
            "makes a table"
        )
    search = ModelSearch(
        experiment_names=_texts(experiment_names, "experiment_names"),
        experiment_ids=_texts(experiment_ids, "experiment_ids"),
        where=None if filter_string is None else parse_filter(filter_string),
        order_by=parse_order(order_by or ()),
        limit=_limit(max_results),
        page_token=page_token,
        include_deleted=include_deleted,
    )
    with opened_store() as store:
        page = store.models.search(search)
    return PagedList(page.models, page.next_page_token)


def _limit(max_results: object) -> int:
    limit = checked_integer(max_results, "max_results")
    if not 1 <= limit <= _MOST:
        raise InvalidArgumentError(f"max_results={limit}: a page has 1 to {_MOST} versions")
    return limit


def _texts(texts: object, what: str) -> tuple[str, ...]:
    if texts is None:
        return ()
    if not isinstance(texts, list | tuple) or not all(isinstance(each, str) for each in texts):
        raise InvalidArgumentError(f"{what} is a list of texts")
    if len(texts) > _MOST_EXPERIMENTS:
        raise InvalidArgumentError(f"{what} has {len(texts)} texts, and {_MOST_EXPERIMENTS} is the most")
    return tuple(texts)
