"""The search as an application calls it; what it finds is stated by the stores' conformance tests."""

from __future__ import annotations

import pytest

import verspan
from verspan.errors import InvalidArgumentError
from verspan.versions.identity import experiment_id_for

pytestmark = pytest.mark.usefixtures("recording")


@pytest.fixture(autouse=True)
def versions(recording: str) -> None:
    """Three versions in two experiments."""
    for number, experiment in enumerate(["shop", "shop", "bank"]):
        verspan.create_external_model(f"agent-{number}", experiment_name=experiment, params={"n": str(number)})


def names(**arguments: object) -> list[str]:
    """The names of the versions that a search finds, in order of their names."""
    return [found.name for found in verspan.search_logged_models(order_by=["name"], **arguments)]  # type: ignore[arg-type]  # each has its own type


def test_found() -> None:
    """Filter, experiments and order are taken as MLflow takes them; without experiments every one is searched."""
    assert names() == ["agent-0", "agent-1", "agent-2"]
    assert names(filter_string="params.n = '1' OR name LIKE '%2'") == ["agent-1", "agent-2"]
    assert names(experiment_ids=[experiment_id_for("shop")], filter_string="name != 'agent-0'") == ["agent-1"]
    assert names(experiment_names=["bank", "none"]) == ["agent-2"]
    verspan.delete_logged_model("agent-0")
    assert names() == ["agent-1", "agent-2"]
    assert names(include_deleted=True) == ["agent-0", "agent-1", "agent-2"]


def test_pages() -> None:
    """A page is a list with the token of the next one."""
    first = verspan.search_logged_models(order_by=["name DESC"], max_results=2)
    second = verspan.search_logged_models(order_by=["name DESC"], max_results=2, page_token=first.token)
    assert [found.name for found in (*first, *second)] == ["agent-2", "agent-1", "agent-0"]
    assert second.token is None


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"filter_string": "colour = 'red'"}, "there is no field 'colour'"),
        ({"filter_string": "x" * 10_000_000}, "the filter has 10000000 characters, and 10000 is the most"),
        ({"filter_string": 7}, "the filter is int and not text"),
        ({"order_by": "name"}, "order_by is a list"),
        ({"max_results": 0}, "max_results=0: a page has 1 to 10000 versions"),
        ({"max_results": 10**6}, "max_results=1000000: a page has 1 to 10000 versions"),
        ({"max_results": "5"}, "the max_results '5' is no integer of 64 bits"),
        ({"output_format": "pandas"}, "output_format='pandas': a list is given"),
        ({"page_token": "x"}, "the page_token is none that a search has given"),
        ({"experiment_ids": "e-1"}, "experiment_ids is a list of texts"),
        ({"experiment_names": [7]}, "experiment_names is a list of texts"),
        ({"experiment_names": ["x"] * 501}, "experiment_names has 501 texts, and 500 is the most"),
    ],
)
def test_refused(arguments: dict[str, object], problem: str) -> None:
    """What cannot be understood is refused by one message."""
    with pytest.raises(InvalidArgumentError) as error:
        verspan.search_logged_models(**arguments)  # type: ignore[arg-type] # what is refused
    assert str(error.value).startswith(problem)
