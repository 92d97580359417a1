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

API = "opentelemetry.context opentelemetry.metrics opentelemetry.trace opentelemetry._logs"
SDK = f"{API} opentelemetry.sdk opentelemetry.util opentelemetry.attributes"
PROPAGATORS = (
    "opentelemetry.baggage opentelemetry.propagate opentelemetry.propagators opentelemetry.environment_variables"
)
HOOKS = "opentelemetry.instrumentation"  # whether instrumentation is suppressed, and the threading instrumentation
CALL = "wrapt orjson"  # around a call, and its content as JSON
OTLP = "opentelemetry.proto google grpc requests urllib3"  # OTLP's messages, and what carries them
ZSTD = "backports.zstd compression.zstd"
WORDS = "verspan.errors verspan.semconv"
MODELS = "verspan.versions.model verspan.traces.model"
ARTIFACTS = "verspan.artifacts.model verspan.artifacts.records"
PROMPTS = "verspan.prompts.model verspan.prompts.records verspan.prompts.documents"
STORE = f"{WORDS} {MODELS} verspan.store.interface verspan.store.opening"
AUDITED = "verspan.audit.model verspan.audit.records verspan.audit.chain verspan.audit.origin"
CAPTURES = (
    "verspan.versions.capture.model verspan.versions.capture.records verspan.versions.capture.manifest "
    "verspan.versions.behaviour"
)
DEPLOYMENTS = "verspan.deployments.model verspan.deployments.records"
JUDGED = (
    "verspan.assessments.model verspan.assessments.records verspan.datasets.model verspan.datasets.records "
    "verspan.datasets.canonical "
    "verspan.evaluation.model verspan.evaluation.records verspan.scorers.model"
)
VERSIONS = "verspan.versions.identity verspan.versions.records verspan.versions.search.model"  # ids, ports, searches
REGISTERED = "verspan.telemetry.registered"  # a version's record as a span
BY_VERSION = "verspan.context verspan.telemetry.costs verspan.telemetry.version_labels"  # what metrics add to a call
REDACTED = "verspan.redaction.active verspan.redaction.supplements"  # what may be told of a call, or of an exception
GUARD = "verspan.instrumentation.guard"  # how an error of ours is kept from the application
SET_UP = f"{WORDS} {GUARD} verspan.context verspan.settings verspan.runtime"
WIRED = (
    "verspan.instrumentation verspan.pipelines verspan.processor verspan.propagation verspan.redaction "
    "verspan.span_copies verspan.telemetry verspan.versions"
)
EXPORTER = (
    f"{STORE} {SDK} {HOOKS} verspan.settings verspan.pipelines verspan.notices "
    "verspan.instrumentation.handover "  # how content reaches the store without being on a span
    "verspan.spool verspan.span_copies"  # where spans wait for their destination, and how they are changed
)

COMPARING = (  # two versions that somebody names
    f"{STORE} {SET_UP} {JUDGED} verspan.comparison verspan.sources verspan.versions verspan.evaluation.result"
)

# What a module may import besides itself and the standard library. The longest name that fits a module is its rule,
# and a module that no rule fits is an offence, so whoever adds a part decides where it stands.
RULES = {
    "verspan.errors": "",
    "verspan.missing": "verspan.errors",
    "verspan.semconv": "",
    "verspan.notices": "",
    "verspan.background": "",
    "verspan.span_copies": SDK,
    "verspan.versions.model": "",
    "verspan.versions.capture.model": "verspan.versions.model",
    "verspan.versions.behaviour": "",
    "verspan.versions.capture.manifest": "verspan.errors verspan.versions.capture.model",
    "verspan.versions.capture": f"{WORDS} verspan.versions verspan.settings verspan.redaction.secrets",
    "verspan.traces.model": "",
    "verspan.artifacts.model": "",
    "verspan.artifacts.records": "verspan.artifacts.model",
    "verspan.artifacts": f"{STORE} {SET_UP} verspan.versions orjson fsspec",
    "verspan.prompts.templates": "",
    "verspan.prompts.model": "verspan.prompts.templates verspan.prompts.formatting",
    "verspan.prompts.requests": "verspan.semconv",
    "verspan.prompts.records": "verspan.prompts.model verspan.versions.search.model",
    "verspan.prompts.documents": "verspan.prompts.model",
    "verspan.audit.model": "",
    "verspan.audit.chain": "orjson",
    "verspan.audit.interface": "",
    "verspan.audit.origin": "verspan.audit.interface verspan.audit.model verspan.semconv",
    "verspan.audit.records": "verspan.audit.model verspan.audit.chain",
    "verspan.audit": f"{WORDS} orjson verspan.runtime verspan.versions.registry verspan.store.interface",
    "verspan.deployments.model": "",
    "verspan.deployments.records": "verspan.deployments.model",
    "verspan.deployments": (
        f"{WORDS} {MODELS} verspan.versions.identity verspan.versions.registry verspan.versions.resolving "
        "verspan.store.interface"
    ),
    "verspan.assessments.model": "verspan.errors",
    "verspan.assessments.records": "verspan.assessments.model",
    "verspan.datasets.model": "",
    "verspan.datasets.records": "verspan.datasets.model",
    "verspan.evaluation.model": "verspan.assessments.model",
    "verspan.evaluation.records": "verspan.evaluation.model",
    "verspan.scorers.model": "verspan.assessments.model verspan.evaluation.model verspan.traces.model",
    "verspan.assessments": f"{STORE} {SET_UP} {JUDGED} verspan.assessments verspan.telemetry verspan.versions "
    "verspan.context verspan.audit.origin orjson",
    "verspan.datasets": f"{STORE} {SET_UP} {JUDGED} verspan.versions verspan.deployments.moments orjson pyarrow",
    "verspan.evaluation": f"{STORE} {SET_UP} {API} {JUDGED} verspan.datasets verspan.scorers verspan.tracing "
    "verspan.telemetry verspan.versions verspan.instrumentation verspan.assessments verspan.configuring "
    "verspan.propagation verspan.pricing orjson rich pandas",
    "verspan.scorers": f"{WORDS} {GUARD} {JUDGED} verspan.traces.model verspan.instrumentation.fields orjson",
    "verspan.scorers.judges": f"{WORDS} {JUDGED} {API} {HOOKS} verspan.scorers verspan.context verspan.tracing "
    "verspan.instrumentation.fields verspan.comparison verspan.evaluation orjson scipy",
    "verspan.scorers.adapters": f"{WORDS} {JUDGED} verspan.scorers verspan.evaluation.calling",
    "verspan.agreement": f"{STORE} {SET_UP} {JUDGED} verspan.versions verspan.comparison numpy scipy",
    "verspan.sources.model": "",
    "verspan.sources": f"{STORE} {SET_UP} verspan.sources verspan.versions orjson",
    "verspan.comparison": (
        f"{JUDGED} verspan.diffing.model verspan.errors verspan.sources.model verspan.pricing numpy scipy"
    ),
    "verspan.comparison.reports": (
        f"{JUDGED} verspan.comparison verspan.gating.model verspan.diffing verspan.cli.terminal verspan.cli.documents"
    ),
    "verspan.pytest_plugin": "pytest",
    "verspan.gating.testing": (
        f"{JUDGED} verspan.errors verspan.gating verspan.comparison verspan.evaluation verspan.datasets "
        "typing_extensions pytest"
    ),
    "verspan.gating.outcomes": f"{JUDGED} verspan.gating verspan.comparison verspan.evaluation.result pytest",
    "verspan.gating": "verspan.comparison.model verspan.comparison.words verspan.evaluation.model verspan.errors",
    "verspan.comparison.asking": f"{COMPARING} verspan.deployments.moments",
    "verspan.comparison.question": COMPARING,
    "verspan.comparison.choosing": COMPARING,
    "verspan.comparison.traffic_comparing": COMPARING,
    "verspan.comparison.explaining": f"{STORE} verspan.diffing",
    "verspan.comparison.changes": "verspan.diffing",
    "verspan.alerts": (
        f"{STORE} verspan.versions verspan.sources.model verspan.comparison verspan.gating verspan.trends "
        "verspan.watching.durations"
    ),
    "verspan.trends": (
        f"{STORE} {SET_UP} {JUDGED} {DEPLOYMENTS} verspan.versions verspan.sources.model verspan.comparison "
        "verspan.deployments verspan.watching.choices verspan.watching.observing numpy"
    ),
    "verspan.watching": (
        f"{STORE} {SET_UP} verspan.versions verspan.sources verspan.comparison verspan.gating verspan.evaluation.model "
        "verspan.deployments.moments numpy"
    ),
    "verspan.bisecting": (
        f"{STORE} {SET_UP} {JUDGED} verspan.bisecting verspan.comparison verspan.datasets verspan.evaluation "
        "verspan.diffing verspan.versions verspan.cli.evaluate_loading numpy scipy"
    ),
    "verspan.settings": WORDS,
    "verspan.pipelines": "",
    "verspan.spool": (
        f"{SDK} {HOOKS} {WORDS} {REDACTED} verspan.redaction.spans verspan.settings verspan.notices "
        "verspan.instrumentation.handover verspan.span_copies verspan.background"
    ),
    "verspan.versions.identity": WORDS,
    "verspan.context": f"{API} {WORDS} verspan.versions.identity",
    "verspan.pricing": f"{MODELS} verspan.semconv genai_prices",
    "verspan.dialects": (
        f"{MODELS} verspan.semconv verspan.notices orjson "
        # JSON of providers' APIs is read in one way, whoever wrote it down
        "verspan.instrumentation.openai_json verspan.instrumentation.calls verspan.instrumentation.fields "
        "verspan.instrumentation.parts"
    ),
    "verspan.store": (
        f"{MODELS} {PROMPTS} {WORDS} {ZSTD} verspan.settings verspan.pricing {REGISTERED} sqlalchemy orjson "
        f"verspan.dialects "
        f"{AUDITED} {DEPLOYMENTS} {JUDGED} {ARTIFACTS} {VERSIONS} {CAPTURES} verspan.transfer.records "
        "verspan.sources.model"
    ),
    "verspan.store.conformance": (
        f"{STORE} {ARTIFACTS} {PROMPTS} {AUDITED} {DEPLOYMENTS} {JUDGED} verspan.store verspan.versions "
        "verspan.datasets "
        f"{REGISTERED} pytest"
    ),
    "verspan.telemetry": (
        f"{API} {WORDS} {MODELS} verspan.context verspan.pricing "
        "verspan.versions.application verspan.versions.checking verspan.versions.identity verspan.versions.remotes"
    ),
    "verspan.telemetry.evaluation": f"{API} {WORDS} verspan.context verspan.instrumentation.policy",
    "verspan.spool.conformance": f"{SDK} verspan.spool verspan.settings verspan.pipelines",
    "verspan.instrumentation": (
        f"{API} {HOOKS} {CALL} {WORDS} {BY_VERSION} verspan.settings {REDACTED} verspan.prompts.requests "
        "verspan.background packaging typing_extensions"
    ),
    "verspan.instrumentation.call_conformance": (
        f"{SDK} {HOOKS} {SET_UP} verspan.instrumentation verspan.testing pytest"
    ),
    "verspan.instrumentation.conformance": f"{SDK} {HOOKS} {SET_UP} verspan.instrumentation verspan.testing pytest",
    "verspan.testing": f"{SDK} verspan.instrumentation verspan.processor verspan.settings",
    "verspan.versions": f"{STORE} {SET_UP} {API} {HOOKS} verspan.background",
    "verspan.versions.environment": f"{SDK} {SET_UP} verspan.versions.registry",
    "verspan.traces": f"{STORE} verspan.runtime",
    "verspan.recreating": f"{STORE} {SET_UP} verspan.versions verspan.prompts",
    "verspan.prompts": f"{STORE} {SET_UP} {API} {HOOKS} verspan.prompts verspan.versions verspan.background",
    "verspan.transfer.records": "verspan.traces.model",
    "verspan.transfer": (
        f"{STORE} {ZSTD} {SET_UP} verspan.store.encoding verspan.artifacts verspan.prompts verspan.versions "
        f"{JUDGED} verspan.assessments.checking typing_extensions"
    ),
    "verspan.mlflow_import": f"{STORE} {SET_UP} verspan.transfer verspan.versions orjson",
    "verspan.packaging": f"{STORE} {SET_UP} verspan.artifacts verspan.recreating.uv verspan.versions orjson",
    "verspan.packaging.serving": (
        f"{API} {PROPAGATORS} {SET_UP} verspan.packaging verspan.tracing.live verspan.members orjson uvicorn"
    ),
    "verspan.diffing": (
        f"{STORE} verspan.versions verspan.recreating.paths verspan.prompts.model verspan.prompts.templates packaging"
    ),
    "verspan.diffing.rendering": (
        "verspan.diffing verspan.traces.model verspan.cli.quantities verspan.cli.terminal rich pygments"
    ),
    "verspan.redaction": (
        f"{WORDS} {SDK} verspan.settings verspan.span_copies verspan.instrumentation.handover orjson presidio_analyzer"
    ),
    "verspan.tracing": f"{STORE} {SET_UP} {API} {REDACTED} verspan.instrumentation verspan.configuring",
    "verspan.propagation": f"{SET_UP} {API} {PROPAGATORS} verspan.instrumentation.patching "
    "verspan.instrumentation.stepping verspan.instrumentation.destinations "
    "verspan.tracing.notes verspan.versions.identity",
    "verspan.processor": f"{SDK} {WORDS} {GUARD} verspan.context verspan.tracing.notes",
    "verspan.runtime": "verspan.instrumentation verspan.settings verspan.versions verspan.prompts.linking",
    "verspan.configuring": f"{SDK} {SET_UP} {WIRED}",
    "verspan.members": f"{HOOKS} {SET_UP} verspan.configuring packaging",
    "verspan.openai": "verspan.members",
    "verspan.zero_code": f"{GUARD} verspan.members",
    "verspan.auto": "verspan.zero_code",
    # A name's home is loaded on first use.
    "verspan.__init__": "verspan.members verspan.missing verspan.propagation.loading",
    "verspan.demo": "verspan openai click typing_extensions",
    "verspan.cli": "verspan click rich orjson packaging",
    "verspan_local": EXPORTER,
    "verspan_otlp": f"{EXPORTER} verspan.spool verspan.pricing opentelemetry.exporter {OTLP}",
}

# What instrumentors may import of OpenTelemetry and of the core; the client, and what comes with it, is their affair.
INSTRUMENTOR = f"{API} {HOOKS} {PROPAGATORS} verspan.instrumentation verspan.semconv {CALL}"
SHARED = {"opentelemetry", "verspan", "verspan_local", "verspan_otlp"}


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
    if source.parents[1].name == "instrumentors":
        yield from offences_of_instrumentor(path, module.partition(".")[0])
        return
    area = max((area for area in RULES if within(module, area)), key=len, default=None)
    where = path.relative_to(ROOT)
    if area is None:
        yield f"{where}: no rule in {Path(__file__).name} says where {module} stands"
        return
    for found in imports(path.read_text(encoding="utf-8")):
        top = found.name.partition(".")[0]
        allowed = [area, *RULES[area].split()]
        if top not in sys.stdlib_module_names and not any(within(found.name, prefix) for prefix in allowed):
            yield f"{where}:{found.line}: {area} may not import {found.name}"


def offences_of_instrumentor(path: Path, package: str) -> Iterator[str]:
    """A sentence for each import of an instrumentor's file that is not its own, its client's or among the allowed."""
    for found in imports(path.read_text(encoding="utf-8")):
        top = found.name.partition(".")[0]
        others = top.startswith("verspan_") and top != package
        if (top in SHARED or others) and not any(within(found.name, prefix) for prefix in INSTRUMENTOR.split()):
            yield f"{path.relative_to(ROOT)}:{found.line}: an instrumentor may not import {found.name}"


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
