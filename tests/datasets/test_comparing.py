"""What changed from one version of a dataset to another."""

from __future__ import annotations

from verspan.datasets.comparing import DatasetDiff, FieldChange, RowChange, diff_datasets
from verspan.datasets.rows import new_dataset


def test_diff() -> None:
    """Rows are told by their ids as added, removed, changed with what changed, or unchanged."""
    same = {"inputs": {"q": "same"}, "source": {"source_type": "HUMAN"}}
    before = new_dataset(
        "d",
        [
            same,
            {"inputs": {"q": "gone"}},
            {"row_id": "c", "inputs": {"q": 1, "x": 2}, "expectations": {"e": "a"}, "tags": {"t": "u"}, "outputs": 1},
        ],
    )
    changed = {"row_id": "c", "inputs": {"q": 1, "y": 2}, "expectations": {"e": "b"}, "tags": {"t": "u"}}
    after = new_dataset("d", [changed, {"inputs": {"q": "new"}}, {**same, "source": None}])
    expected = DatasetDiff(
        added=[after.rows[1]],
        removed=[before.rows[1]],
        changed=[
            RowChange(
                "c",
                [
                    FieldChange("expectations.e", "a", "b"),
                    FieldChange("inputs.x", 2, None),
                    FieldChange("inputs.y", None, 2),
                    FieldChange("outputs", 1, None),
                ],
            )
        ],
        unchanged=1,
    )
    assert diff_datasets(before, after) == expected
    assert diff_datasets(after, after) == DatasetDiff([], [], [], 3)
