"""The page of claims names tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "acceptance.md"
_SHOWN_BY = re.compile(r"\[[\w.]+\]\(\.\./([\w./-]+\.py)\): ((?:`\w+`(?:, )?)+)")


def named() -> list[tuple[str, str]]:
    """The tests that the page names: file and function."""
    found = _SHOWN_BY.findall(PAGE.read_text("utf-8"))
    return [(file, name) for file, names in found for name in re.findall(r"\w+", names)]


def functions(file: Path) -> set[str]:
    """The names of a file's functions, in classes too."""
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    return {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def test_named_tests_exist() -> None:
    """Every test that the page names is in its file, and each claim is shown by one."""
    tests = named()
    assert [(file, name) for file, name in tests if name not in functions(ROOT / file)] == []
    claims = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")][2:]
    assert all(_SHOWN_BY.search(claim) for claim in claims)
    assert sum(len(re.findall("`test_", claim)) for claim in claims) == len(tests)
