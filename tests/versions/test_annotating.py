"""What an application writes on a version over time, and what is refused."""

from __future__ import annotations

import pytest

import verspan
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.versions.model import ModelMetric

pytestmark = pytest.mark.usefixtures("recording")


def test_active_version() -> None:
    """Parameters and metrics go to the active version where no other is named, as in MLflow."""
    active = verspan.set_active_model(name="agent")
    verspan.log_model_params({"temperature": 0.7})  # type: ignore[dict-item] # what people write
    verspan.log_metric("quality", 0.5, timestamp=7)
    kept = verspan.get_logged_model(active.model_id)
    assert (kept.params, kept.metrics) == ({"temperature": "0.7"}, (ModelMetric("quality", 0.5, 7),))


def test_no_active_version() -> None:
    """Where no version is named and none is active, that is said."""
    with pytest.raises(InvalidArgumentError, match="no version is active here: give a model_id"):
        verspan.log_model_params({"a": "b"})


def test_metrics() -> None:
    """Metrics are finite numbers with a moment, a step and the data that they were measured on."""

    class Dataset:
        name = "held-out"

    verspan.create_external_model("agent")
    verspan.log_metrics({"quality": 1, "cost": 0.25}, 3, timestamp=7, model_id="agent", dataset=Dataset())
    kept = verspan.log_metric("quality", 0.5, model_id="agent", dataset="all", timestamp=8)
    assert kept.metrics == (
        ModelMetric("cost", 0.25, 7, 3, "held-out"),
        ModelMetric("quality", 0.5, 8, 0, "all"),
        ModelMetric("quality", 1.0, 7, 3, "held-out"),
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"key": "q", "value": "high"}, "the metric 'q' 'high' is no number"),
        ({"key": "q", "value": "0.5"}, "the metric 'q' '0.5' is no finite number"),
        ({"key": "q", "value": float("nan")}, "the metric 'q' nan is no finite number"),
        ({"key": "q", "value": float("inf")}, "the metric 'q' inf is no finite number"),
        ({"key": "q", "value": 10**400}, "the metric 'q' 1000000000"),
        ({"key": "q", "value": None}, "the metric 'q' None is no number"),
        ({"key": "", "value": 1}, "the metric's name is empty"),
        ({"key": "x" * 10_000_000, "value": 1}, "the metric's name 'xxxxxxxxxxxxxxxxxxxx'… has 10000000 characters"),
        ({"key": "q", "value": 1, "step": 0.5}, "the step 0.5 is no integer of 64 bits"),
        ({"key": "q", "value": 1, "timestamp": 2**63}, "the timestamp 9223372036854775808 is no integer"),
        ({"key": "q", "value": 1, "dataset": object()}, "the dataset's name is object and not text"),
    ],
)
def test_refused_metrics(arguments: dict[str, object], problem: str) -> None:
    """What is no measurement is refused."""
    verspan.create_external_model("agent")
    with pytest.raises(InvalidArgumentError) as error:
        verspan.log_metric(model_id="agent", **arguments)  # type: ignore[arg-type] # what is refused
    assert str(error.value).startswith(problem)
    assert len(str(error.value)) < 300


def test_tags() -> None:
    """Tags are set and taken away by a version's id or name."""
    made = verspan.create_external_model("agent", tags={"a": "1"})
    assert verspan.set_logged_model_tags("agent", {"b": "2"}).tags == {"a": "1", "b": "2"}
    assert verspan.delete_logged_model_tag(made.model_id, "a").tags == {"b": "2"}
    with pytest.raises(NotFoundError, match="the version agent has no tag 'a'"):
        verspan.delete_logged_model_tag(made.model_id, "a")


def test_note() -> None:
    """A note replaces the one before; a blank one takes it away."""
    verspan.create_external_model("agent")
    assert verspan.set_logged_model_note("agent", " good\n").note == "good"
    assert verspan.set_logged_model_note("agent", " ").note is None
    with pytest.raises(InvalidArgumentError, match="the note has 100001 characters, and 100000 is the most"):
        verspan.set_logged_model_note("agent", "x" * 100_001)


def test_links() -> None:
    """A version is linked to the one that it was made from and to the one it is compared with."""
    old, new = (verspan.create_external_model(name).model_id for name in ("old", "new"))
    verspan.set_logged_model_parent(new, "old")
    kept = verspan.set_logged_model_baseline("new", old)
    assert (kept.parent_model_id, kept.baseline_model_id) == (old, old)
    assert verspan.set_logged_model_parent("new", None).parent_model_id is None
    with pytest.raises(NotFoundError, match="no version has a name or an id that is 'none'"):
        verspan.set_logged_model_parent("new", "none")
