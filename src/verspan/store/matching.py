"""Comparing texts with patterns, with regard to case: databases spell that differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement, bindparam
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import Boolean

_GLOB = str.maketrans({"*": "[*]", "?": "[?]", "[": "[[]"})
_LIKE = str.maketrans({"%": "\\%", "_": "\\_", "\\": "\\\\"})


def like(text: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Whether a text matches a pattern, in which ``%`` stands for any characters and ``_`` for one."""
    glob = pattern.translate(_GLOB).replace("%", "*").replace("_", "?")
    return _Matches(text, bindparam(None, pattern.replace("\\", "\\\\")), bindparam(None, glob))


def starts_with(text: ColumnElement[Any], beginning: str) -> ColumnElement[bool]:
    """Whether a text begins with another; an index of the text finds it."""
    pattern, glob = f"{beginning.translate(_LIKE)}%", f"{beginning.translate(_GLOB)}*"
    return _Matches(text, bindparam(None, pattern), bindparam(None, glob))


class _Matches(FunctionElement[bool]):
    """A text, the pattern for LIKE, and the pattern for SQLite's GLOB, which alone regards case there."""

    inherit_cache = True
    type = Boolean()

    def self_group(self, against: OperatorType | None = None) -> _Matches:  # noqa: ARG002 - SQLAlchemy's signature
        """Itself: a database without a type for truth would else be asked whether it equals 1, and use no index."""
        return self


@compiles(_Matches)
def _as_like(element: _Matches, compiler: SQLCompiler, **options: Any) -> str:
    text, pattern, _ = element.clauses
    return f"{compiler.process(text, **options)} LIKE {compiler.process(pattern, **options)}"


@compiles(_Matches, "sqlite")
def _as_glob(element: _Matches, compiler: SQLCompiler, **options: Any) -> str:
    text, _, glob = element.clauses
    return f"{compiler.process(text, **options)} GLOB {compiler.process(glob, **options)}"
