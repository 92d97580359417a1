"""What the wheels weigh, and that the user's page runs from them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from tests.readme import users_page

from verspan.demo.api_server import DemoApi

from .building import Environment

MOST_PACKAGES = 20
MOST_BYTES = 30 * 2**20  # 30 MB as `du -h` counts them

KILLED = """
import os, signal
import verspan
from opentelemetry.propagate import inject

verspan.configure(redact="email", propagate_to="*")
verspan.set_active_model(name="v1")
headers = {}
with verspan.start_span("mail to ann@example.com"):
    inject(headers)
print(headers["baggage"].partition(",")[2], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with one commit, where the user's page stands as ``app.py``."""
    (tmp_path / "app.py").write_text(users_page(), encoding="utf-8")
    who = ["-c", "user.name=Someone", "-c", "user.email=someone@example.com"]
    for command in (["init", "--quiet"], ["add", "app.py"], [*who, "commit", "--quiet", "--message", "A small agent"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def commit_of(repository: Path) -> str:
    """The commit that is checked out, as the user's page abbreviates it."""
    command = ["git", "rev-parse", "HEAD"]
    return subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True).stdout[:8]


def test_core_weight(core: Environment) -> None:
    """The core alone is at most 20 packages and 30 MB, itself and its local store included, bytecode apart."""
    listing = "from importlib.metadata import distributions as d; print(*sorted(x.name for x in d()))"
    packages = core.run("python", "-c", listing).split()
    [site] = core.folder.glob("lib/python*/site-packages")
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert {"verspan", "verspan-local"} <= set(packages)
    assert len(packages) <= MOST_PACKAGES, packages
    assert size <= MOST_BYTES


def test_core_alone(core: Environment, tmp_path: Path) -> None:
    """Without any client installed the core imports from its wheel, and a client's facade says what to install."""
    where = core.run("python", "-c", "import verspan; print(verspan.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(core.folder)
    script = "import verspan\ntry: verspan.openai.autolog()\nexcept ImportError as error: print(error)"
    assert "pip install 'verspan[openai]'" in core.run("python", "-c", script, cwd=tmp_path)


def test_core_imports(core: Environment, tmp_path: Path) -> None:
    """No module of the core's wheel needs one of the other wheels of its package to be imported."""
    script = """
import importlib, pkgutil, verspan
for module in pkgutil.walk_packages(verspan.__path__, "verspan."):
    if module.name.endswith(("__main__", "sitecustomize")):
        continue
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        if error.name.startswith("verspan"):
            print(module.name, "needs", error.name)
"""
    assert core.run("python", "-c", script, cwd=tmp_path) == ""


def test_without_workbench(core: Environment, tmp_path: Path) -> None:
    """What the workbench has says how to install it, in Python and on the command line."""
    script = "import verspan\ntry: verspan.evaluate\nexcept ImportError as error: print(error)"
    told = "verspan.evaluate is part of the workbench: pip install 'verspan[workbench]'\n"
    assert core.run("python", "-c", script, cwd=tmp_path) == told
    asked = subprocess.run(
        [core.folder / "bin" / "verspan", "compare", "a", "b"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr == "verspan: this is part of the workbench: pip install 'verspan[workbench]'\n"


def test_killed_process(core: Environment, tmp_path: Path) -> None:
    """From the wheels a killed process leaves its spans redacted, and ``verspan spool`` shows and delivers them."""
    (tmp_path / "app.py").write_text(KILLED, encoding="utf-8")
    watch = "import subprocess, sys; subprocess.run([sys.executable, 'app.py'])"
    printed = core.run("python", "-c", watch, cwd=tmp_path, OTEL_PROPAGATORS="tracecontext,verspan")
    [waiting] = core.run_json("spool", cwd=tmp_path)["destinations"]
    [drained] = core.run_json("spool", "drain", cwd=tmp_path)["destinations"]
    [trace] = core.run_json("traces", cwd=tmp_path)["traces"]
    assert printed == "logged_model.name=v1\n"
    assert (waiting["abandoned"], drained["delivered"], drained["waiting"]) == (1, 1, 0)
    assert (trace["name"], trace["model_name"]) == ("mail to [email]", "v1")


def test_users_page(application: Environment, repository: Path) -> None:
    """The README's program, run from the wheels, leaves its version and a trace for each question."""
    with DemoApi() as api:
        application.run("python", "app.py", cwd=repository, OPENAI_BASE_URL=api.base_url, OPENAI_API_KEY="demo")
    name = f"customer_support_agent-{commit_of(repository)}"
    [listed] = application.run_json("models", cwd=repository)["models"]
    traces = application.run_json("traces", "--model", name, cwd=repository)["traces"]
    questions = re.findall(r'^    "(.*)",$', users_page(), re.MULTILINE)
    assert (listed["model"]["name"], listed["model"]["experiment_name"]) == (name, "my-genai-app")
    assert listed["figures"]["calls"] == len(traces) == len(questions) > 0
    assert {trace["status"] for trace in traces} == {"OK"}
    assert {trace["model_id"] for trace in traces} == {listed["model"]["model_id"]}
    whole = application.run_json("trace", traces[0]["trace_id"], cwd=repository)
    assert [span["attributes"]["logged_model.name"] for span in whole["spans"]] == [name]
    assert questions[-1] in json.dumps(whole)
