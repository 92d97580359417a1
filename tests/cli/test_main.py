"""The command line as a whole: its help, what it loads, and what it says when something goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result
from inline_snapshot import snapshot

from verspan.cli.commands import COMMANDS
from verspan.cli.failures import report
from verspan.cli.lazy import LazyCommand, LazyGroup
from verspan.errors import InvalidArgumentError, NotFoundError, StoreUnavailableError

Run = Callable[..., Result]


def test_help(run: Run) -> None:
    """The help says what there is, and with what to begin."""
    result = run("--help")
    assert result.output == snapshot("""\
Usage: verspan [OPTIONS] COMMAND [ARGS]...

  Which version of a GenAI application produced every span.

  Try:
    verspan run python app.py        record an application's model calls
    verspan models                   its versions, newest first
    verspan traces --model NAME      the traces of one of them
    verspan trace ID                 one trace, span by span

  Every command that reads takes --json. Traces are kept in .verspan/ at the
  repository's root, or where --store or VERSPAN_STORE says.

Options:
  --version   Print the version and exit.
  -h, --help  Show this message and exit.

Begin:
  demo         Record two versions of a small agent: start here.
  run          Run an application and record its model calls.
  doctor       Say what is recorded, where, and what to mend.
  completion   Print a shell's script for completion.

Versions:
  models       List versions and what their calls came to.
  diff         Show what changed from one version to another.
  checkout     Recreate a version in a folder, byte for byte.
  prompts      List, show, compare and register prompts.
  artifacts    List the files of a version, or fetch them.

Traces:
  traces       List traces, by version, status, time or text.
  trace        Show one trace as a tree of spans.
  spool        List spans on their way, or deliver them.

Evidence:
  datasets     List, show, compare and import datasets.
  feedback     Say what you find of a trace, or list it.
  agreement    Say how far judges agree with people.
  evaluate     Answer a dataset by a version, and score that.
  compare      Say whether a version is better than another.
  bisect       Find the commit that made a metric worse.
  watch        Follow two versions' traffic to a verdict.
  trends       Show a metric over versions or over time.
  alerts       Check rules over live traffic, and tell a webhook.

In production:
  package      Look at a version's package, and trust it.
  serve        Serve the package of a version over HTTP.
  deploy       Write down that a version is live somewhere.
  undeploy     Write down that it is live there no longer.
  rollback     Write down that the one before is live again.
  live         Say which version was live at a moment.
  deployments  List what was live when.

Records:
  audit        List every change of a record; verify the log.
  export       Write versions, whole, to one file.
  import       Bring versions from a file, or from MLflow.

  Exit codes: 0 fine, 1 a negative answer or a problem, 2 wrong usage.
  VERSPAN_DEBUG=1 shows tracebacks.
""")
    assert result.exit_code == 0


def test_version(run: Run) -> None:
    """--version prints the version."""
    assert run("--version").output == "verspan 0.1.0\n"


def test_help_loads_little() -> None:
    """--help loads neither a command nor what commands need."""
    script = (
        "import sys, json\n"
        "from verspan.cli.main import verspan\n"
        "try: verspan(['--help'], prog_name='verspan')\n"
        "except SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout.splitlines()[-1])
    ours = [name for name in loaded if name.startswith("verspan")]
    heavy = {"rich", "sqlalchemy", "opentelemetry", "orjson", "importlib.metadata"}
    assert ours == [
        "verspan",
        "verspan.cli",
        "verspan.cli.commands",
        "verspan.cli.failures",
        "verspan.cli.lazy",
        "verspan.cli.main",
        "verspan.errors",
        "verspan.propagation",
        "verspan.propagation.loading",
        "verspan.semconv",
    ]
    assert heavy.isdisjoint(loaded)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command(run: Run, name: str) -> None:
    """Every command of the table is there, and its help has an example and names its exit codes or its JSON."""
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"verspan {name}" in result.output.partition("\n")[2]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["nonsense"], "verspan: No such command 'nonsense'. See 'verspan --help'.\n"),
        (["trace"], "verspan: Missing argument 'ID'. See 'verspan trace --help'.\n"),
        (["traces", "--nonsense"], "verspan: No such option '--nonsense'. See 'verspan traces --help'.\n"),
        (
            ["traces", "--limit", "0"],
            snapshot(
                "verspan: Invalid value for '--limit': 0 is not in the range 1<=x<=1000. See 'verspan traces --help'.\n"
            ),
        ),
    ],
)
def test_wrong_usage(run: Run, arguments: list[str], expected: str) -> None:
    """Wrong usage is one line on stderr that names the help, and exits with 2."""
    result = run(*arguments)
    assert (result.stdout, result.stderr, result.exit_code) == ("", expected, 2)


@pytest.mark.parametrize(
    ("error", "line", "code"),
    [
        (NotFoundError("No version is named 'x'."), "verspan: No version is named 'x'.\n", 1),
        (StoreUnavailableError("it is locked"), "verspan: it is locked\n", 1),
        (InvalidArgumentError("a name is not empty"), "verspan: a name is not empty\n", 2),
        (
            ZeroDivisionError("division by zero"),
            "verspan: unexpected ZeroDivisionError: division by zero. VERSPAN_DEBUG=1 shows where; please report it\n",
            1,
        ),
        (click.Abort(), "\n", 130),
    ],
)
def test_failures(capsys: pytest.CaptureFixture[str], error: Exception, line: str, code: int) -> None:
    """Every kind of error is one line and has its exit code."""
    assert (report(error), capsys.readouterr().err) == (code, line)


def test_traceback_for_debugging(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With VERSPAN_DEBUG the traceback comes before the line."""
    monkeypatch.setenv("VERSPAN_DEBUG", "1")
    report(NotFoundError("gone"))
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["verspan.errors.NotFoundError: gone", "verspan: gone"]


def test_error_inside_a_command() -> None:
    """Whatever a command raises, no traceback is shown."""
    group = LazyGroup(sections={"Commands": {"broken": LazyCommand("no.such.module:command", "Fails.")}})
    result = CliRunner().invoke(group, ["broken"])
    assert result.stderr.startswith("verspan: unexpected ModuleNotFoundError: No module named 'no'.")
    assert result.exit_code == 1


def test_reader_that_leaves() -> None:
    """A reader that has seen enough, such as head, brings no message; the exit code is click's for it."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "verspan.cli", "--help"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_closed_stdout() -> None:
    """A command that has no stdout at all ends as usual."""
    command = f'"{sys.executable}" -m verspan.cli --help >&-'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_terminal_without_unicode() -> None:
    """Where the terminal has no letter for a character it shows a question mark."""
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    command = [sys.executable, "-m", "verspan.cli", "models", "--help"]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="latin-1", check=True)
    assert "? means that the price" in " ".join(done.stdout.split())
