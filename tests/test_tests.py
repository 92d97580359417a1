"""What every test owes its reader: a sentence that states the claim."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT / "tests", *sorted(ROOT.glob("instrumentors/*/tests")), *sorted(ROOT.glob("exporters/*/tests"))]


def found_in(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The test functions of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def states_a_claim(test: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the docstring is a sentence."""
    claim = (ast.get_docstring(test) or "").strip()
    return claim.endswith(".") and len(claim.split()) > 2


def test_claims() -> None:
    """Every test of the workspace has a docstring that states its claim in a sentence."""
    silent = [
        f"{path.relative_to(ROOT)}:{test.lineno} {test.name}"
        for folder in FOLDERS
        for path in sorted(folder.rglob("test_*.py"))
        for test in found_in(path)
        if not states_a_claim(test)
    ]
    assert not silent, "\n".join(silent)
