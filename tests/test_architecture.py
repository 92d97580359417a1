"""Who may import whom, as a table, and what an import may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = [ROOT / "src", *sorted(ROOT.glob("instrumentors/*/src")), *sorted(ROOT.glob("exporters/*/src"))]

OTEL_API = ("opentelemetry.context", "opentelemetry.metrics", "opentelemetry.trace", "opentelemetry._logs")
OTEL_SDK = (*OTEL_API, "opentelemetry.sdk", "opentelemetry.util")
OTEL_HOOKS = ("opentelemetry.instrumentation",)  # is instrumentation suppressed; the threading instrumentation
WORDS = ("verspan.errors", "verspan.semconv")
MODELS = ("verspan.versions.model", "verspan.traces.model")
STORE = ("verspan.store.interface", "verspan.store.opening", *MODELS)
WIRING = (
    *WORDS,
    "verspan.context",
    "verspan.settings",
    "verspan.pipelines",
    "verspan.processor",
    "verspan.runtime",
    "verspan.versions",
    "verspan.instrumentation",
)
INSTRUMENTOR = ("verspan.instrumentation", "verspan.semconv", *OTEL_API, "wrapt", "orjson")
EXPORTER = (
    *STORE,
    *WORDS,
    *OTEL_SDK,
    *OTEL_HOOKS,
    "verspan.settings",
    "verspan.pipelines",
    "verspan.notices",
    "verspan.instrumentation.handover",  # how content reaches the store without being on a span
)

# What a module may import besides itself and the standard library. The longest name that fits a module is its rule,
# and a module that no rule fits is an offence, so whoever adds a part decides where it stands.
RULES: dict[str, tuple[str, ...]] = {
    "verspan.errors": (),
    "verspan.semconv": (),
    "verspan.notices": (),
    "verspan.versions.model": (),
    "verspan.traces.model": (),
    "verspan.versions.identity": WORDS,
    "verspan.settings": WORDS,
    "verspan.pipelines": (),
    "verspan.context": (*WORDS, "verspan.versions.identity", *OTEL_API),
    "verspan.pricing": (*MODELS, "genai_prices"),
    "verspan.instrumentation": (
        "verspan.semconv",
        "verspan.settings",
        *OTEL_API,
        *OTEL_HOOKS,
        "wrapt",
        "orjson",
        "packaging",
        "typing_extensions",
    ),
    "verspan.store": (
        *MODELS,
        *WORDS,
        "verspan.pricing",
        "sqlalchemy",
        "orjson",
        "backports.zstd",
        "compression.zstd",
        "genai_prices",
    ),
    "verspan.versions": (*STORE, *WORDS, "verspan.settings", "verspan.context", "verspan.runtime", *OTEL_API),
    "verspan.traces": (*STORE, *WORDS, "verspan.runtime"),
    "verspan.tracing": (*STORE, *WORDS, "verspan.instrumentation", "verspan.context", "verspan.runtime", *OTEL_API),
    "verspan.processor": (*WORDS, "verspan.context", "verspan.instrumentation", "verspan.tracing", *OTEL_SDK),
    "verspan.runtime": ("verspan.instrumentation", "verspan.settings", "verspan.versions"),
    "verspan.configuring": (*WIRING, *OTEL_SDK),
    "verspan.members": (*WIRING, "verspan.configuring", *OTEL_HOOKS),
    "verspan.openai": ("verspan.members",),
    "verspan.zero_code": ("verspan.members", "verspan.instrumentation"),
    "verspan.__init__": (),  # a name's home is loaded when the name is first used
    "verspan.demo": ("verspan", "openai", "typing_extensions"),
    "verspan.cli": ("verspan", "click", "rich", "orjson"),
    "verspan_openai": (*INSTRUMENTOR, "openai"),
    "verspan_local": EXPORTER,
    "verspan_otlp": (*EXPORTER, "opentelemetry.exporter"),
}


@dataclass(frozen=True)
class Import:
    """One name that a line imports."""

    line: int
    name: str


def imports(source: str) -> Iterator[Import]:
    """Every import that runs, those inside functions included and those for the type checker alone left out."""
    pending: list[ast.AST] = [ast.parse(source)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (Import(node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        for_types = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        pending += node.orelse if isinstance(node, ast.If) and for_types else ast.iter_child_nodes(node)


def module_name(path: Path, source: Path) -> str:
    """A file's dotted name; ``__init__`` stays, since what a package shows has rules of its own."""
    return ".".join(path.relative_to(source).with_suffix("").parts)


def within(name: str, prefix: str) -> bool:
    """Whether a dotted name is a module or something in it."""
    return name == prefix or name.startswith(prefix + ".")


def offences(path: Path, source: Path) -> Iterator[str]:
    """A sentence for each import of a file that the table does not allow."""
    module = module_name(path, source)
    area = max((area for area in RULES if within(module, area)), key=len, default=None)
    where = path.relative_to(ROOT)
    if area is None:
        yield f"{where}: no rule in {Path(__file__).name} says where {module} stands"
        return
    for found in imports(path.read_text(encoding="utf-8")):
        top = found.name.partition(".")[0]
        allowed = (area, *RULES[area])
        if top not in sys.stdlib_module_names and not any(within(found.name, prefix) for prefix in allowed):
            yield f"{where}:{found.line}: {area} may not import {found.name}"


def test_import_rules() -> None:
    """Every import of every package follows the table; an offence is named with its file and line."""
    found = [
        offence for source in SOURCES for path in sorted(source.rglob("*.py")) for offence in offences(path, source)
    ]
    assert not found, "\n".join(found)


def test_imports_inside_functions_count() -> None:
    """The rules see an import wherever it runs, and do not see one that only the type checker reads."""
    source = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import rich
else:
    import click
def late():
    from verspan import cli
    import sqlalchemy.orm
"""
    names = {found.name for found in imports(source)}
    assert names == {"typing.TYPE_CHECKING", "click", "verspan.cli", "sqlalchemy.orm"}


HEAVY = {"opentelemetry.sdk", "sqlalchemy", "click", "rich", "openai", "genai_prices", "verspan.cli", "verspan.server"}


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import verspan", HEAVY),
        ("import verspan.openai", HEAVY | {"verspan_openai"}),
        ("import verspan; verspan.openai", HEAVY | {"verspan_openai"}),
        ("import verspan_openai", HEAVY),
        ("import verspan.cli.main", HEAVY - {"click", "verspan.cli"}),
    ],
)
def test_light_import(statement: str, unwanted: set[str]) -> None:
    """Importing the package, a facade, an instrumentor or the command line loads nothing that it may not need."""
    script = f"{statement}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert unwanted.isdisjoint(done.stdout.split())
