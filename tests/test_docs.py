"""The documentation is true: its commands and code run, and it leaves out no name, option, variable or message."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import pytest
from tests.readme import README, ROOT, blocks, users_page

import verspan
from verspan import errors, semconv
from verspan.cli.commands import COMMANDS
from verspan.cli.main import verspan as command_line
from verspan.demo.api_server import DemoApi

DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [README, *DOCS]

NOT_RUN = {
    "make demo": "installs; what it runs is checked below, and `verspan demo` is tested in tests/demo",
    "make test": "runs these tests",
    "make wheels": "builds into the clone, as tests/packaging does",
    "pip install": "takes what the package index has; tests/packaging installs the same packages from wheels",
}

# What stands in the README for a name, an id or an address that is another in every place.
SHOWN_VERSION = "customer_support_agent-1a2b3c4d"
SHOWN_TRACE = "5b8aa5a2"
SHOWN_COLLECTOR = "http://localhost:4318"


def shown_commands(page: Path) -> list[str]:
    """The commands of a page, without the prompt."""
    lines = [line for block in blocks("console", "bash", "sh", path=page) for line in block.text.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


class _Collector(BaseHTTPRequestHandler):
    """Takes whatever is sent to it over OTLP/HTTP, and counts what came to where."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.received.append(self.path)  # type: ignore[attr-defined]  # set by the fixture below
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
        """Keep quiet."""


@pytest.fixture
def collector() -> Iterator[ThreadingHTTPServer]:
    """An OTLP receiver on a port of its own; ``received`` has the paths that were posted to."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Collector) as server:
        server.received = []  # type: ignore[attr-defined]  # what a handler can reach
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Sandbox:
    """A repository with the README's page in it, and a shell there."""

    def __init__(self, folder: Path, api: DemoApi, collector_address: str) -> None:
        self._folder = folder
        self._collector_address = collector_address
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "VERSPAN_"))}
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**inherited, "PATH": programs, "OPENAI_BASE_URL": api.base_url, "OPENAI_API_KEY": "demo"}
        (folder / "app.py").write_text(users_page(), encoding="utf-8")
        self.run("git init --quiet && git add app.py")
        self.run("git -c user.name=Someone -c user.email=someone@example.com commit --quiet -m 'A small agent'")

    def run(self, command: str) -> str:
        """Run a command line as it is shown, but for what is another in every place; returns what it printed."""
        if SHOWN_VERSION in command:
            command = command.replace(SHOWN_VERSION, "customer_support_agent-" + self.run("git rev-parse HEAD")[:8])
        if SHOWN_TRACE in command:
            listed = self.run("verspan traces --limit 1 --json")
            command = command.replace(SHOWN_TRACE, re.findall(r'"trace_id": "(\w{8})', listed)[0])
        command = command.replace(SHOWN_COLLECTOR, self._collector_address)
        done = self._ended("bash", "-c", command)
        assert "Traceback" not in done.stderr, f"{command}\n{done.stderr}"
        return done.stdout

    def run_python(self, program: str) -> str:
        """Run a program; returns what it said on stderr."""
        (self._folder / "program.py").write_text(program, encoding="utf-8")
        return self._ended(sys.executable, "program.py").stderr

    def _ended(self, *command: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command, cwd=self._folder, env=self._environment, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done


@pytest.fixture
def sandbox(tmp_path: Path, collector: ThreadingHTTPServer) -> Iterator[Sandbox]:
    with DemoApi() as api:
        yield Sandbox(tmp_path, api, f"http://127.0.0.1:{collector.server_port}")


def test_readme_commands(sandbox: Sandbox, collector: ThreadingHTTPServer) -> None:
    """Every command that the README shows runs, in its order, and those for a collector reach it."""
    commands = shown_commands(README)
    assert {prefix for prefix in NOT_RUN if any(line.startswith(prefix) for line in commands)} == set(NOT_RUN)
    for command in commands:
        if not command.startswith(tuple(NOT_RUN)):
            sandbox.run(command)
    to_collector = [command for command in commands if SHOWN_COLLECTOR in command]
    assert collector.received.count("/v1/traces") >= len(to_collector) > 0  # type: ignore[attr-defined]  # see the fixture


MAKE = ("make", "--no-print-directory")  # which make tells of where it is run by another, as CI's runs these tests


def test_make_commands() -> None:
    """The README's first two commands are targets of make: one runs the demo, the other is what CI runs."""
    assert shown_commands(README)[:2] == ["make demo", "make test"]
    recipe = subprocess.run([*MAKE, "--dry-run", "demo"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert recipe.splitlines()[-1] == ".venv/bin/verspan demo"
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == "exec make test"


def test_make_lists_targets() -> None:
    """`make` alone lists every target that is for people, with a line on each."""
    listed = subprocess.run(MAKE, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    names = [line.split()[1] for line in listed]
    run = ["help", "demo", "story", "jaeger-demo", "jaeger", "collector", "servers", "test", "wheels", "bench"]
    assert names == [*run, "lint", "types", "format", "lock", "lock-members", "clean"]
    assert all(len(line.split()) > 2 for line in listed)


def test_users_page_is_the_example() -> None:
    """The README opens with the page that stands in examples/ too."""
    assert users_page() in (ROOT / "examples" / "users_page.py").read_text(encoding="utf-8")


def test_python(sandbox: Sandbox) -> None:
    """The Python of the README and then of each page runs from top to bottom as one program, without a warning."""
    shown = [(str(page), block.line, block.text) for page in PAGES for block in blocks("python", path=page)]
    # The lines before a block stay empty, so that a traceback names the page and the line.
    runner = (
        "namespace = {}\nfor page, line, text in SHOWN: exec(compile('\\n' * line + text, page, 'exec'), namespace)"
    )
    assert sandbox.run_python(f"SHOWN = {shown!r}\n{runner}") == ""


def test_links() -> None:
    """A link of one page to another leads somewhere."""
    links = [(page, link) for page in PAGES for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())]
    assert links
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_public_names() -> None:
    """Every public name is on some page of the documentation."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in DOCS)
    assert [name for name in verspan.__all__ if not re.search(rf"\bverspan\.{name}\b", text)] == []


def test_variables() -> None:
    """Every environment variable that Verspan reads is on the page about configuration."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    variables = {value for name, value in vars(semconv).items() if name.startswith("ENV_")}
    assert {variable for variable in variables if f"`{variable}`" not in text} == set()


def commands_of(group: click.Group, path: str = "verspan") -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, by what is typed to run it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands_of(command, f"{path} {name}")


def test_commands() -> None:
    """Every command has its section on the page about the command line, and every option stands in it."""
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## `(verspan [a-z ]*[a-z])[^`]*`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    found = dict(commands_of(command_line))
    assert set(sections) == set(found) > {f"verspan {name}" for name in COMMANDS}
    missing = [
        f"{name} {option}"
        for name, command in found.items()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and f"`{option}" not in sections[name]
    ]
    assert missing == []


def readable(text: str) -> str:
    """A message or a page with an ellipsis for what differs, and without its line breaks and marks."""
    return re.sub(r"[\s|>]+", " ", re.sub(r"%[drsg]", "…", text)).replace("`", "").replace("\\", "")


def logged_messages() -> Iterator[str]:
    """The text of every warning and error that the packages log."""
    for folder in ("src", "exporters", "instrumentors"):
        for path in sorted((ROOT / folder).rglob("src/**/*.py" if folder != "src" else "*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                if isinstance(node, ast.Call) and called in ("_logger.warning", "_logger.error"):
                    assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}: a message is a constant"
                    yield readable(str(node.args[0].value))


def test_messages() -> None:
    """The page of messages quotes every warning that is logged, word for word, and no other."""
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    quoted = {readable(quote).strip() for quote in re.findall(r"(?:^> .*\n)+", page, re.MULTILINE)}
    assert quoted == set(logged_messages())


def test_exceptions() -> None:
    """Every exception stands on the page of messages."""
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    names = [name for name, value in vars(errors).items() if isinstance(value, type)]
    assert [name for name in names if f"`{name}`" not in page] == []
