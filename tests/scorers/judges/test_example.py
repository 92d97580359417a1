"""The example of judges, run as its reader would run it."""

from __future__ import annotations

from pathlib import Path

from tests.processes import run_program

EXAMPLE = Path(__file__).parents[3] / "examples" / "judged_by_a_model.py"


def test_example(tmp_path: Path) -> None:
    """Two versions are judged and preferred, and a judge that finds everything fine is found out."""
    done = run_program(EXAMPLE.read_text(encoding="utf-8"), tmp_path, VERSPAN_STORE=str(tmp_path / "store.db"))
    assert done.log == ""
    assert [line for line in done.output.splitlines() if not line.startswith("preference:")] == [
        "capitals-v1 {'correctness/mean': 1.0, 'guidelines/mean': 1.0}",
        "capitals-v2 {'correctness/mean': 0.8333333333333334, 'guidelines/mean': 1.0}",
        "  win rate 100.0% (61.0% to 100.0% at 95%), p = 0.0312",
        "kappa 0.00: the judge finds everything kind, and is no use",
        "all of it: verspan agreement guidelines",
    ]
