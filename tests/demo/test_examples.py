"""Every example, run as its reader would run it, and the traces that it leaves."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from verspan.cli.opening import required_store
from verspan.demo.api_server import DemoApi
from verspan.demo.recording import Destination
from verspan.traces.model import Trace, TraceQuery
from verspan.versions.identity import model_id_for

EXAMPLES = Path(__file__).parents[2] / "examples"
TESTS = Path(__file__).parents[1]
CALL = "chat gpt-4o-mini"


@dataclass(frozen=True)
class Place:
    """A repository of its own for an example to run in, with its store and its API."""

    folder: Path
    environment: Mapping[str, str]

    def attempt(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever comes of it."""
        return subprocess.run(
            [*map(str, command)], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def run(self, *command: str | Path) -> str:
        """Run a command to its end; returns what it printed."""
        done = self.attempt(*command)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def run_example(self, name: str) -> str:
        """Run an example with this interpreter."""
        return self.run(sys.executable, EXAMPLES / name)

    def traces(self) -> list[Trace]:
        """What was recorded, the oldest trace first."""
        with required_store(str(self.folder / "store.db")) as store:
            listed = store.find_traces(TraceQuery()).traces
            found = [store.get_trace(summary.trace_id) for summary in reversed(listed)]
        return [trace for trace in found if trace]


@pytest.fixture
def place(tmp_path: Path, api: DemoApi) -> Place:
    inherited = {**os.environ, "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))}
    destination = Destination(f"sqlite:///{tmp_path / 'store.db'}", api.base_url, "demo")
    folder = tmp_path
    for command in ("git init --quiet", "git commit --quiet --allow-empty --message=Begin"):
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        git, *words = command.split()
        subprocess.run([git, *identity, *words], cwd=folder, check=True)
    return Place(folder, destination.environment(inherited))


def versions(traces: list[Trace]) -> set[tuple[str | None, str | None]]:
    """Experiment and version of the traces."""
    return {(trace.summary.experiment_name, trace.summary.model_name) for trace in traces}


def span_names(trace: Trace) -> list[str]:
    return [stored.span.name for stored in trace.spans]


def test_users_page(place: Place) -> None:
    """The user's page gives a trace of one call for each question, under the version that is named by the commit."""
    place.run_example("users_page.py")
    commit = place.run("git", "rev-parse", "HEAD")[:8]
    traces = place.traces()
    assert versions(traces) == {("my-genai-app", f"customer_support_agent-{commit}")}
    assert [span_names(trace) for trace in traces] == [[CALL]] * 5
    assert traces[0].summary.request_preview == "Can I get my money back?"


def test_streaming(place: Place) -> None:
    """A stream read to its end has its tokens, and one that is left early ends where it was left."""
    printed = place.run_example("streaming.py")
    whole, left = place.traces()
    assert versions([whole, left]) == {("examples", "streaming-v1")}
    assert [span_names(whole), span_names(left)] == [[CALL], [CALL]]
    assert whole.summary.output_tokens > 0
    assert printed.splitlines()[1].endswith("abroad")


def test_tools(place: Place) -> None:
    """One trace holds both calls of the model and the two of the tool between them."""
    place.run_example("tools.py")
    (trace,) = place.traces()
    assert versions([trace]) == {("examples", "tools-v1")}
    assert span_names(trace) == ["answer", CALL, "find_order", "find_order", CALL]


def test_canary(place: Place) -> None:
    """Of twenty calls at the same time, every fourth carries the canary's version and the others the stable one's."""
    place.run_example("active_model_canary.py")
    traces = place.traces()
    told = sorted((trace.summary.model_name, *span_names(trace)) for trace in traces)
    assert told == [("shop-canary", "chat gpt-4.1-mini")] * 5 + [("shop-stable", CALL)] * 15


def test_champion(place: Place) -> None:
    """Each setting is a version with its parameters, metric and traces, and the chosen one is named by the alias."""
    printed = place.run_example("champion.py")
    assert printed == "answers-100 {'max_tokens': '100'}: verspan models show examples@champion\n"
    assert {version for _, version in versions(place.traces())} == {"answers-100", "answers-200", "answers-400"}
    listed = place.run("verspan", "models", "--filter", "metrics.words > 0 AND status = 'READY'", "--json")
    assert listed.count('"status": "READY"') == 3
    assert "the shortest answers" in place.run("verspan", "models", "show", "examples@champion", "--json")


def test_what_was_live(place: Place) -> None:
    """Each moment has the version that the ledger says, and traffic of a replaced version is told of."""
    printed = place.run_example("what_was_live.py").splitlines()
    assert printed[:3] == [
        "2026-11-03T12:00Z shop-v1",
        "2026-11-04T12:00Z shop-v2",
        "2026-11-05T12:00Z shop-v1",
    ]
    assert printed[-1] == "shop-v2: seen after it was replaced"
    assert '"ok": true' in place.run("verspan", "audit", "verify", "--json")


def test_check_audit_log(place: Place) -> None:
    """An exported log is found whole by a program that has nothing of Verspan's, and one that was changed is not."""
    place.run_example("what_was_live.py")
    place.attempt("verspan", "audit", "export", "audit.jsonl")
    log = place.folder / "audit.jsonl"
    check = (sys.executable, EXAMPLES / "check_audit_log.py", "audit.jsonl")
    as_it_was = place.attempt(*check)
    log.write_text(log.read_text(encoding="utf-8").replace("shop-v2", "shop-v3", 1), encoding="utf-8")
    changed = place.attempt(*check)
    assert (as_it_was.returncode, changed.returncode) == (0, 1)


def test_manual_spans(place: Place) -> None:
    """Spans by hand stand around the model's call, with inputs, outputs, tags, user and session."""
    printed = place.run_example("manual_spans.py")
    (trace,) = place.traces()
    assert versions([trace]) == {("examples", "manual-spans-v1")}
    assert span_names(trace) == ["answer", "look_up", CALL, "check"]
    summary = trace.summary
    assert (summary.user_id, summary.session_id, dict(summary.tags)) == ("u-17", "s-1", {"channel": "chat"})
    assert f"verspan trace {trace.trace_id}" in printed


def test_prompts(place: Place) -> None:
    """The call's span and the one around it tell the version of the prompt that the alias points at."""
    printed = place.run_example("prompts.py")
    (trace,) = place.traces()
    assert versions([trace]) == {("examples", "prompts-v1")}
    assert span_names(trace) == ["answer", CALL]
    told = {
        (stored.span.attributes["gen_ai.prompt.name"], stored.span.attributes["gen_ai.prompt.version"])
        for stored in trace.spans
    }
    assert told == {("tea-shop", "2")}
    assert "is: You help the customers of a {{ shop }}. Be brief, and name the temperature." in printed
    with required_store(str(place.folder / "store.db")) as store:
        used = store.prompts.used_by(model_id_for("examples", "prompts-v1"))
    assert [prompt.uri for prompt in used] == ["prompts:/tea-shop/2"]


def test_what_changed(place: Place) -> None:
    """The parameter and the prompt that changed are told, to a program and as Markdown."""
    printed = place.run_example("what_changed.py")
    assert printed.startswith("temperature: 0.7 -> 0.2\n## `what-changed-v1` → `what-changed-v2`\n")
    assert "| ~ | `temperature` | `0.7` | `0.2` |" in printed
    assert "-Be kind and short.\n+Be kind and exact.\n" in printed


def test_is_it_better(place: Place) -> None:
    """The later version is worse in twenty rows of forty, which is told with both answers, and its traces are there."""
    done = place.attempt(sys.executable, EXAMPLES / "is_it_better.py")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "tea-v1 → tea-v2, by evaluation"
    assert (lines[2].split()[:4], lines[2].split()[-1]) == (["right", "1", "0.5", "-0.5"], "worse")
    assert "row by row: 20 regressed, 20 unchanged" in lines
    regressed = [line for line in lines if line.startswith("regressed: ")]
    assert [line.count(" °C") for line in regressed] == [2, 2]
    trace_id = regressed[0].split()[-1]
    assert trace_id in {trace.trace_id for trace in place.traces()}
    shown = place.run("verspan", "compare", "tea-v1", "tea-v2", "--rows", "40", "--json")
    assert shown.count('"verdict": "regressed"') == 20


def test_packaged_agent(place: Place) -> None:
    """The agent of "shop_agent.py" answers from its package, its call is the version's, and what to type is said."""
    printed = place.run_example("packaged_agent/" + "release.py")
    (trace,) = place.traces()
    assert versions([trace]) == {("examples", "packaged-agent-v1")}
    assert span_names(trace) == [CALL]
    agree, serve = printed.splitlines()[-2:]
    assert agree.startswith("agree to it: verspan package trust ")
    assert serve == "serve it:    verspan serve packaged-agent-v1"


def test_redaction(place: Place) -> None:
    """What is taken out of a question is in no message, argument or note of its trace, and the answer came."""
    printed = place.run_example("redaction.py")
    (trace,) = place.traces()
    assert versions([trace]) == {("examples", "redaction-v1")}
    assert span_names(trace) == ["answer", CALL]
    redacted = "Can I get my money back for [order]? A., [email], [phone], card [card]."
    assert (trace.summary.user_id, trace.summary.request_preview) == ("[email]", redacted)
    assert redacted in printed
    secrets = ("ann@example.com", "ORD-4711", "+1 555", "4111 1111", "Ann,")
    assert [secret for secret in secrets if secret in repr(trace)] == []


def test_existing_otel(place: Place) -> None:
    """The application's own exporter and the store get the same spans and the version's record, all stamped."""
    printed = place.run_example("existing_otel.py")
    (trace,) = place.traces()
    assert versions([trace]) == {("examples", "existing-otel-v1")}
    assert span_names(trace) == ["POST /questions", CALL]
    printed_names = sorted(re.findall(r'^    "name": "(.*)",$', printed, re.MULTILINE))
    assert printed_names == ["POST /questions", CALL, "logged_model.registered"]
    assert printed.count('"logged_model.name": "existing-otel-v1"') == 3


@pytest.mark.parametrize("starter", [["verspan", "run"], ["opentelemetry-instrument"]])
def test_zero_code(place: Place, starter: list[str]) -> None:
    """An application that knows nothing of Verspan is traced by either starter, under its folder's name and state."""
    (place.folder / "app.py").write_bytes((EXAMPLES / "zero_code" / "app.py").read_bytes())
    place.run("env", "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS=httpx2", *starter, "python", "app.py")
    traces = place.traces()
    commit = place.run("git", "rev-parse", "--short", "HEAD").strip()
    assert versions(traces) == {("Default", f"{place.folder.name}-{commit}")}
    assert [span_names(trace) for trace in traces] == [[CALL], [CALL]]


def test_fastapi_two_services(place: Place) -> None:
    """One trace goes through "front.py" and "back.py", each with its version; the second knows its caller's."""
    place.run_example("fastapi_two_services/" + "ask.py")
    (trace,) = place.traces()
    assert trace.summary.session_id == "s-1"
    front, back = (model_id_for("examples", name) for name in ("shop-v1", "answers-v3"))
    carried = ("logged_model.id", "logged_model.caller.id", "session.id")
    assert [(span.name, *map(span.attributes.get, carried)) for span in (stored.span for stored in trace.spans)] == [
        ("GET /chat", front, None, "s-1"),
        ("GET", front, None, "s-1"),
        ("GET /answers", back, front, "s-1"),
        (CALL, back, front, "s-1"),
    ]


def test_celery_worker(place: Place) -> None:
    """A task of "tasks.py" has, in another process, the version and the trace of whoever sent it."""
    calm = "PYTHONWARNINGS=ignore:You're running the worker with superuser"  # as tests in a container do
    place.run("env", calm, sys.executable, EXAMPLES / "celery_worker" / "send.py")
    (trace,) = place.traces()
    names = ["close_conversation", "apply_async/tasks.summarise", "run/tasks.summarise", CALL]
    version = model_id_for("examples", "shop-v1")
    assert [(stored.span.name, stored.span.attributes.get("logged_model.id")) for stored in trace.spans] == [
        (name, version) for name in names
    ]


def test_move_a_version(place: Place) -> None:
    """A version goes through a file into another store, once however often."""
    printed = place.run_example("move_a_version.py").splitlines()
    assert printed == [
        "exported: 1 span",
        "new elsewhere: 1 span",
        "new the second time: 0 spans",
        "tea_agent-1a2b3c4d: Which tea for the evening? Rooibos: it has no caffeine.",
    ]


def test_try_and_go_back(place: Place) -> None:
    """Two states that were never committed are two versions, and the first is got back as it was."""
    own = shutil.copy(EXAMPLES / "try_and_go_back.py", place.folder)
    printed = place.run(sys.executable, own).splitlines()
    assert printed == ["two versions: 2", "as it was: True", "its prompt: Be brief."]


def test_story(place: Place) -> None:
    """The story is told whole: the gate fails, the report is there, and the commit that did it is named."""
    folder = place.folder / "support-agent"
    done = place.attempt(sys.executable, EXAMPLES / "story" / "story.py", folder)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert [line for line in told if line.startswith("(exit code")] == [f"(exit code {code})" for code in (0, 0, 1, 0)]
    named = next(number for number, line in enumerate(told) if line.startswith("the first bad commit is "))
    assert told[named + 1] == "  Save tokens: ask for brief answers"
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    worktrees = place.run("git", "-C", folder, "worktree", "list")
    assert len(worktrees.splitlines()) == 1
    kept = {path.name for path in (EXAMPLES / "story").rglob("*.py")}
    assert kept == {"story.py", "history.py", "support.py", "scoring.py"}


def test_every_example_is_tested() -> None:
    """No example is without a test."""
    source = "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    names = [path.name for path in examples()]
    assert [name for name in names if f'"{name}"' not in source] == []


def examples() -> Iterator[Path]:
    return EXAMPLES.rglob("*.py")
