"""Tables that fit their window."""

from __future__ import annotations

from rich.console import Console

from verspan.cli.listing import Column, fitting, id_column, table

COLUMNS = [
    Column("name", ["a long name of a version", "b"], least=8),
    id_column("id", ["m-1111111100000000", "m-2222222200000000"], rank=2, digits_from=2),
    Column("calls", ["5", "12"], rank=1, right=True),
]


def drawn(columns: list[Column], width: int | None) -> list[str]:
    """A table's lines."""
    console = Console(width=width or 1_000, color_system=None)
    with console.capture() as captured:
        console.print(table(fitting(columns, width), width))
    return [line.rstrip() for line in captured.get().splitlines()]


def test_unlimited() -> None:
    """Where nothing limits the width every column and every cell is whole."""
    assert drawn(COLUMNS, None) == [
        "name                      id                  calls",
        "───────────────────────────────────────────────────",
        "a long name of a version  m-1111111100000000      5",
        "b                         m-2222222200000000     12",
    ]


def test_narrower() -> None:
    """In a window ids are cut to a beginning, and other columns shrink with an ellipsis."""
    assert drawn(COLUMNS, 32) == [
        "name           id          calls",
        "────────────────────────────────",
        "a long name …  m-11111111      5",
        "b              m-22222222     12",
    ]


def test_ends_kept() -> None:
    """Names are cut in the middle where they are told apart by their ends, as commits of one application are."""
    names = Column(
        "version", ["customer_support_agent-5ca50871", "customer_support_agent-327bba1b"], keeps_end=True, least=8
    )
    assert drawn([names], 20) == ["version", "────────────────────", "customer_s…-5ca50871", "customer_s…-327bba1b"]


def test_narrowest() -> None:
    """Where shrinking is not enough, columns of the highest rank go, and those of rank 0 stay whatever happens."""
    assert [column.header for column in fitting(COLUMNS, 15)] == ["name", "calls"]
    assert [column.header for column in fitting(COLUMNS, 3)] == ["name"]


def test_similar_ids() -> None:
    """Ids that begin alike are cut where they begin to differ, however often each occurs."""
    assert id_column("id", ["aaaaaaaaaa1", "aaaaaaaaaa2", "aaaaaaaaaa2"]).short == [
        "aaaaaaaaaa1",
        "aaaaaaaaaa2",
        "aaaaaaaaaa2",
    ]


def test_wide_letters() -> None:
    """Letters that take two cells of a terminal are counted as two."""
    assert drawn([Column("名前", ["東京", "x"]), Column("n", ["1", "2"])], 40) == [
        "名前  n",
        "───────",
        "東京  1",
        "x     2",
    ]


def test_control_characters() -> None:
    """What would steer the terminal is shown as a picture of itself, and line feeds as blanks."""
    assert drawn([Column("name", ["\x1b[31mred\nnext\x07"])], None)[2] == "␛[31mred next␇"
