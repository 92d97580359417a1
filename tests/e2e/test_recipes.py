"""The recipes of examples/existing_collector, each in a real Collector."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from tests.e2e.application import Application
from tests.e2e.collector import FOLDER, RECIPES, Collector
from tests.e2e.jaeger import Jaeger
from tests.e2e.programs import COLLECTOR

from verspan.versions.identity import model_id_for

NOT_BUILT = {"clickhouse": "'exporters' unknown type: \"clickhouse\""}
"""Recipes that name a component which only the published image has, and what the Collector here says of it."""
CONTENT = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY"}


def validated(files: Sequence[Path]) -> str:
    """What the Collector complains of in a configuration; nothing where it would start."""
    command = [str(COLLECTOR.path), "validate", *(f"--config={file}" for file in files)]
    done = subprocess.run(command, env={"VERSION": "v1"}, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*.yaml")), ids=lambda file: file.stem)
def test_valid(programs: None, recipe: Path) -> None:
    """The Collector takes the configuration with each recipe, in the very files that the containers are given."""
    complaint = validated([FOLDER / "collector.yaml", recipe])
    assert NOT_BUILT.get(recipe.stem, "") in complaint
    assert bool(complaint) == (recipe.stem in NOT_BUILT)


def test_over_http(application: Application, jaeger: Jaeger, tmp_path: Path) -> None:
    """Over HTTP all the way spans arrive as over gRPC."""
    with Collector(tmp_path, jaeger, ["over_http"]) as collector:
        model_id = application.run_users_page(**collector.endpoint("http/protobuf"))
        assert len(jaeger.wait_for(model_id, spans=5)) == 5


def test_one_version(application: Application, jaeger: Jaeger, tmp_path: Path) -> None:
    """Of two versions only the named one goes on."""
    name = f"customer_support_agent-{tmp_path.name}-canary"
    with Collector(tmp_path, jaeger, ["one_version"], VERSION=name) as collector:
        stable = application.run_agent(f"{tmp_path.name}-stable", **collector.endpoint("grpc"))
        canary = application.run_agent(f"{tmp_path.name}-canary", **collector.endpoint("grpc"))
        assert canary == model_id_for("kettle-and-leaf", name)
        assert len(jaeger.wait_for(canary, spans=14)) == 6
    assert jaeger.find(stable) == []


def test_keep_errors(application: Application, jaeger: Jaeger, tmp_path: Path) -> None:
    """A trace with an error is kept whole, and the version's record; of the others, as many as the percentage says."""
    with Collector(tmp_path, jaeger, ["keep_errors"], DECISION_WAIT="1s", SAMPLING_PERCENTAGE="0") as collector:
        model_id = application.run_agent(tmp_path.name, **collector.endpoint("grpc"))
        jaeger.wait_for(model_id, spans=2)
    (kept,) = jaeger.find(model_id)
    assert [record.model_id for record in jaeger.records(model_id)] == [model_id]
    assert [(span.name, span.status_code) for span in kept] == [("answer", "ERROR"), ("chat gpt-4o-mini", "ERROR")]


def test_redact(application: Application, jaeger: Jaeger, tmp_path: Path) -> None:
    """Keys, e-mail addresses and card numbers in what was said do not reach Jaeger, and the rest does."""
    secrets = ["sk-proj-abcdefghijklmnop0123", "jo.smith@example.com", "4111 1111 1111 1111"]
    (application.folder / "app.py").write_text(
        "import openai\n"
        f"messages = [dict(role='user', content='My name is Jo: ' + ' and '.join({secrets}))]\n"
        "openai.OpenAI().chat.completions.create(model='gpt-4o-mini', messages=messages)\n"
    )
    commit = application.commit()
    with Collector(tmp_path, jaeger, ["redact"]) as collector:
        application.run("verspan", "run", "python", "app.py", **collector.endpoint("grpc"), **CONTENT)
        ((span,),) = jaeger.wait_for(model_id_for("Default", f"shop-{commit[:7]}"), spans=1)
    assert "My name is Jo: **** and **** and ****" in span.attributes["gen_ai.input.messages"]
    assert [secret for secret in secrets if secret in str(span)] == []


def test_same_version_everywhere() -> None:
    """The containers run the Collector whose parts are built here, with the same configuration."""
    services = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))["services"]
    versions = set(re.findall(r" v(\S+)$", (FOLDER / "builder.yaml").read_text(encoding="utf-8"), re.MULTILINE))
    assert [f"otel/opentelemetry-collector-contrib:{version}" for version in versions] == [
        services["collector"]["image"]
    ]
    mounted = [volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())]
    assert [path for path in mounted if path.startswith(".") and not (FOLDER / path).exists()] == []
