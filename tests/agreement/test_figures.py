"""Kappa and alpha against worked examples of their papers and against statsmodels."""

from __future__ import annotations

import pytest
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa
from statsmodels.stats.inter_rater import cohens_kappa as reference

from verspan.agreement.alpha import krippendorffs_alpha
from verspan.agreement.kappa import cohens_kappa
from verspan.agreement.words import strength

FLEISS = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]
"""Diagnoses of 100 people (Fleiss, Levin and Paik, "Statistical Methods for Rates and Proportions", table 18.1)."""
GRADES = [[11, 3, 1, 0], [1, 9, 4, 0], [0, 2, 10, 3], [0, 1, 2, 8]]
OBSERVERS = [  # Krippendorff 2011, section C: four observers, twelve units, some not seen
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


def test_worked_example() -> None:
    """The book's kappa of 0.68 with its standard error of 0.087 comes out."""
    found = cohens_kappa(FLEISS, ["psychotic", "neurotic", "organic"], 0.95)
    assert found is not None
    assert found.interval is not None
    assert round(found.value, 2) == 0.68
    assert (found.interval.high - found.value) / 1.959964 == pytest.approx(0.087, abs=0.001)
    assert found.method == "Cohen's kappa"


@pytest.mark.parametrize(("table", "weights"), [(FLEISS, None), (GRADES, None), (GRADES, "quadratic")])
def test_reference(table: list[list[int]], weights: str | None) -> None:
    """Kappa and its interval are those of statsmodels, unweighted for categories and weighted for numbers."""
    categories = list(range(len(table)))
    found = cohens_kappa(table, categories if weights else [f"c{each}" for each in categories], 0.95)
    expected = reference(table, wt=weights)
    assert found is not None
    assert found.interval is not None
    assert (found.value, found.interval.low, found.interval.high) == pytest.approx(
        (expected.kappa, expected.kappa_low, expected.kappa_upp)
    )


def test_paradox() -> None:
    """Of the same raw agreement kappa is low where one category prevails (Feinstein and Cicchetti 1990, table 1)."""
    even, uneven = [[40, 9], [6, 45]], [[80, 10], [5, 5]]
    kappas = [cohens_kappa(table, [True, False], 0.95) for table in (even, uneven)]
    assert [each and round(each.value, 2) for each in kappas] == [0.7, 0.32]


def test_undefined() -> None:
    """There is no kappa of one category, nor of nothing, and no interval without an exception."""
    assert cohens_kappa([[7]], [True], 0.95) is None
    assert cohens_kappa([], [], 0.95) is None
    perfect = cohens_kappa([[4, 0], [0, 4]], [False, True], 0.95)
    assert perfect is not None
    assert (perfect.value, perfect.interval) == (1.0, None)


def test_alpha() -> None:
    """Krippendorff's own example comes out: 0.743 nominal, 0.849 with the interval metric."""
    units = [[value for value in unit if value is not None] for unit in zip(*OBSERVERS, strict=True)]
    nominal = krippendorffs_alpha([[f"c{value}" for value in unit] for unit in units], 0.95)
    interval = krippendorffs_alpha(units, 0.95)
    assert nominal is not None
    assert interval is not None
    assert (round(nominal.value, 3), round(interval.value, 3)) == (0.743, 0.849)
    assert krippendorffs_alpha(units, 0.95) == interval
    assert interval.interval is not None
    assert interval.interval.low < interval.value < interval.interval.high


def test_alpha_and_fleiss() -> None:
    """Where everybody has judged everything alpha is Fleiss' kappa (1971), corrected for the number of labels."""
    votes = [[0, 0, 1, 0], [1, 1, 1, 0], [2, 2, 2, 2], [0, 1, 2, 0], [1, 1, 0, 1], [2, 0, 2, 2]]
    alpha = krippendorffs_alpha([[f"c{value}" for value in unit] for unit in votes], 0.95)
    kappa = fleiss_kappa(aggregate_raters(votes)[0])
    assert alpha is not None
    assert alpha.value == pytest.approx(1 - (1 - kappa) * (24 - 1) / 24)


def test_nothing_to_pair() -> None:
    """There is no alpha where nobody judged what another did, or all found the same."""
    assert krippendorffs_alpha([["a"], ["b"]], 0.95) is None
    assert krippendorffs_alpha([["a", "a"], ["a", "a"]], 0.95) is None


def test_strength() -> None:
    """A kappa is called what Landis and Koch call it."""
    assert [strength(value) for value in (-0.1, 0, 0.2, 0.21, 0.5, 0.61, 0.8, 0.81, 1)] == [
        "poor",
        "slight",
        "slight",
        "fair",
        "moderate",
        "substantial",
        "substantial",
        "almost perfect",
        "almost perfect",
    ]
