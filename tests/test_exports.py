"""The public face: exactly what it says it is, and files small enough to hold in one's head."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import verspan

ROOT = Path(__file__).parents[1]
MOST_LINES = 400


def test_exported_names() -> None:
    """The package shows the names in its ``__all__``, sorted and once each, and every one of them is there."""
    assert dir(verspan) == sorted(set(verspan.__all__)) == verspan.__all__
    for name in verspan.__all__:
        assert getattr(verspan, name) is not None


def test_names_for_the_type_checker() -> None:
    """A type checker reads the same names as are there at run time, each re-exported under its own name."""
    tree = ast.parse(Path(verspan.__file__).read_text(encoding="utf-8"))
    blocks = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    aliases = [
        alias for block in blocks for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    assert [alias.name for alias in aliases] == [alias.asname for alias in aliases]
    assert {alias.name for alias in aliases} | {"__version__"} == set(verspan.__all__)


@pytest.mark.parametrize("name", verspan.__all__)
def test_named_alone(name: str) -> None:
    """Each public name can be the first that a program uses."""
    subprocess.run([sys.executable, "-W", "error", "-c", f"import verspan; verspan.{name}"], check=True)


def test_unknown_name() -> None:
    """A name that is not there is an AttributeError that says so."""
    with pytest.raises(AttributeError, match="has no attribute 'nothing_of_the_kind'"):
        verspan.nothing_of_the_kind  # noqa: B018 - looking is the point


def test_file_sizes() -> None:
    """No file of any package is longer than 400 lines."""
    folders = [ROOT / "src", ROOT / "instrumentors", ROOT / "exporters"]
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in folders
        for path in folder.rglob("*.py")
    }
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}
