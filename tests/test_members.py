"""Instrumentors that are installed, and switching them on and off."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.processes import run_program, said

import verspan
from verspan import members
from verspan.errors import MissingPackageError

NOWHERE = {"VERSPAN_EXPORTERS": "none"}
LOG = 'import logging; logging.basicConfig(format="%(levelname)s %(name)s %(message)s")'
STATE = """
from verspan_openai import OpenAIInstrumentor
from opentelemetry.instrumentation.threading import ThreadingInstrumentor

def state():
    print(OpenAIInstrumentor().is_instrumented, ThreadingInstrumentor().is_instrumented_by_opentelemetry)
"""


def install(folder: Path, name: str, module: str) -> None:
    """Put an instrumentor into a folder as though it had been installed there."""
    installed = folder / f"{name}-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (installed / "entry_points.txt").write_text(f"[opentelemetry_instrumentor]\n{name} = {name}:Instrumentor\n")
    (folder / f"{name}.py").write_text(module)


def test_on_and_off(tmp_path: Path) -> None:
    """``autolog()`` switches on every installed client and the threading instrumentation, and off again the clients."""
    program = f"""
{STATE}
import verspan
state()
verspan.autolog()
verspan.autolog()
state()
verspan.autolog(disable=True)
state()
verspan.openai.autolog()
state()
verspan.openai.autolog(disable=True)
state()
"""
    assert said(program, tmp_path, **NOWHERE) == ["False False", "True True", "False True", "True True", "False True"]


def test_off_before_on(tmp_path: Path) -> None:
    """Switching off what was never on sets nothing up."""
    program = """
        import sys, verspan
        verspan.autolog(disable=True)
        print("verspan.configuring" in sys.modules)
    """
    assert said(program, tmp_path, **NOWHERE) == ["False"]


@pytest.mark.parametrize(
    ("disabled", "found"),
    [("verspan_openai", "False True"), (" threading , flask", "True False"), ("*", "False False")],
)
def test_disabled_by_the_environment(tmp_path: Path, disabled: str, found: str) -> None:
    """What OpenTelemetry's variable switches off stays off, unless it is asked for by name."""
    program = f"""
{STATE}
import verspan
verspan.autolog()
state()
verspan.openai.autolog()
print(OpenAIInstrumentor().is_instrumented)
"""
    assert said(program, tmp_path, OTEL_PYTHON_DISABLED_INSTRUMENTATIONS=disabled, **NOWHERE) == [found, "True"]


def test_missing_member(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for a client whose package is missing is an error with the line that installs it."""
    monkeypatch.setattr(members, "entry_points", lambda **_: ())
    with pytest.raises(MissingPackageError) as raised:
        verspan.openai.autolog()
    assert str(raised.value) == (
        "verspan.openai.autolog() needs the package that instruments openai: pip install 'verspan[openai]'"
    )


@pytest.mark.parametrize(
    ("name", "package"),
    [("anthropic", "anthropic"), ("gemini", "google_genai"), ("mistral", "mistralai"), ("llama_index", "llama_index")],
)
def test_every_client_has_a_name(name: str, package: str) -> None:
    """Each client that an extra installs is an attribute of the package, by MLflow's name too."""
    with pytest.raises(MissingPackageError) as raised:
        getattr(verspan, name).autolog()
    assert str(raised.value) == (
        f"verspan.{package}.autolog() needs the package that instruments {package}: pip install 'verspan[{package}]'"
    )


def test_client_from_outside(tmp_path: Path) -> None:
    """An instrumentor that anybody adds is reached like one of ours."""
    install(tmp_path, "verspan_acme", "class Instrumentor:\n    def instrument(self):\n        print('instrumented')")
    assert said("import verspan\nverspan.acme.autolog()", tmp_path, **NOWHERE) == ["instrumented"]


@pytest.mark.parametrize("name", ["otlp", "local", "anthropc", "__wrapped__"])
def test_names_of_nothing(name: str) -> None:
    """What names no client is an attribute that is not there."""
    with pytest.raises(AttributeError, match=f"module 'verspan' has no attribute '{name}'"):
        getattr(verspan, name)


UNIMPORTABLE = "import client_that_is_not_there"
UNIMPORTABLE_SAID = (
    "WARNING verspan.members verspan_acme cannot be used, so its client's calls are not recorded: "
    "No module named 'client_that_is_not_there'"
)
FAILING = """
class Instrumentor:
    def instrument(self):
        raise RuntimeError
"""
FAILING_SAID = (
    "WARNING verspan.instrumentation.guard Verspan: error while switching verspan_acme (RuntimeError); "
    "the application is not affected, a span may lack something. Further ones of this kind are not logged."
)


@pytest.mark.parametrize(("module", "line"), [(UNIMPORTABLE, UNIMPORTABLE_SAID), (FAILING, FAILING_SAID)])
def test_broken_member(tmp_path: Path, module: str, line: str) -> None:
    """A member that is broken, or whose client is, is one line; the application and the other clients go on."""
    install(tmp_path, "verspan_acme", module)
    done = run_program(f"{LOG}\n{STATE}\nimport verspan\nverspan.autolog()\nstate()", tmp_path, **NOWHERE)
    assert (done.code, done.output, done.log.splitlines()) == (0, "True True\n", [line])


def test_client_that_is_not_installed(tmp_path: Path) -> None:
    """A client that is not there is nothing to complain of: it is instrumented when it is imported."""
    program = """
        import sys
        sys.modules["openai"] = None
        import verspan
        verspan.autolog()
        verspan.openai.autolog()
        print("goes on")
    """
    assert said(program, tmp_path, **NOWHERE) == ["goes on"]


def test_removed_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An application starts in a working directory that is gone, and nothing is said of it."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(tmp_path)
    program = f"{LOG}\nimport os, verspan\nos.chdir('gone')\nos.rmdir(os.getcwd())\nverspan.autolog()\nprint('goes on')"
    done = run_program(program, tmp_path)
    assert (done.code, done.output, done.log) == (0, "goes on\n", "")


def test_failing_set_up(tmp_path: Path) -> None:
    """An application starts whatever setting up meets, and the log says that something may be missing."""
    program = f"""
{LOG}
import opentelemetry.trace, verspan
def get_tracer_provider():
    raise OSError("no provider today")
opentelemetry.trace.get_tracer_provider = get_tracer_provider
verspan.autolog()
print('goes on')
"""
    done = run_program(program, tmp_path)
    assert (done.code, done.output) == (0, "goes on\n")
    assert "error while setting up tracing (OSError); the application is not affected" in done.log.splitlines()[0]
    assert "Traceback" not in done.log
