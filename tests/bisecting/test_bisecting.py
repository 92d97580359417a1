"""Whole bisections: real repositories, worktrees, processes and evaluations."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.bisecting.conftest import Repository
from tests.processes import Ended, clean_environment
from tests.processes import run as run_process

from verspan.evaluation.records import RunQuery
from verspan.store.opening import open_store

AGENT = """
import verspan


def answer(question):
    return {answer}


@verspan.scorer
def polite(outputs):
    return "PLEASE" in outputs
"""
INTERRUPTING = """
import os
import signal
from pathlib import Path

import verspan


def answer(question):
    asked = Path(os.environ["ASKED"])
    before = asked.read_text() if asked.exists() else ""
    asked.write_text(f"{before}{os.getcwd().rpartition('/')[2]} {question}\\n")
    if before.count("\\n") == 5:
        os.kill(os.getppid(), signal.SIGINT)
    with verspan.start_span("chat", attributes=USAGE):
        return question.upper()%s


USAGE = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 10}


@verspan.scorer
def polite(outputs):
    return "PLEASE" in outputs
"""
GOOD = "question.upper()"
BAD = "question.upper().replace('PLEASE', '')"
BROKEN = "import nothing_of_the_kind\n"


def agent(answer: str) -> str:
    """The source of an agent that answers like this, and of what judges it."""
    return AGENT.format(answer=answer)


@pytest.fixture
def asked(repository: Repository) -> Repository:
    """A repository with rows to ask, which git ignores, as it does the store."""
    lines = [json.dumps({"inputs": {"question": f"a cup {number}, please"}}) for number in range(12)]
    (repository.folder / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (repository.folder / ".gitignore").write_text(".verspan/\n__pycache__/\nrows.jsonl\n", encoding="utf-8")
    return repository


def bisected(asked: Repository, *arguments: str, run: str = "app:answer", **variables: str) -> Ended:
    """What became of the command."""
    return run_process(
        str(Path(sys.executable).with_name("verspan")),
        *("bisect", "--metric", "polite", "--data", "rows.jsonl", "--run", run, "--scorer", "app:polite"),
        *arguments,
        folder=asked.folder,
        PATH=clean_environment()["PATH"],
        **variables,
    )


def found(done: Ended) -> dict[str, Any]:
    """What was printed as JSON."""
    assert done.output, done.log
    document: dict[str, Any] = json.loads(done.output)
    return document


def belongs(document: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Each probe's commit by its subject, what it belongs to, and whether it was there already."""
    return [(each["commit"]["subject"], each["belongs"], each["recorded"]) for each in document["probes"]]


def test_line(asked: Repository, tmp_path: Path) -> None:
    """The commit is named, one that does not import is skipped, and a second bisection evaluates nothing."""
    sources = [agent(GOOD), agent(GOOD), BROKEN + agent(GOOD), agent(BAD), agent(BAD)]
    commits = [asked.commit(f"Change {number}", app=f"# {number}\n{text}") for number, text in enumerate(sources)]
    (asked.folder / "app.py").write_text(agent(GOOD) + "# not committed\n", encoding="utf-8")
    before = asked.state()
    first = bisected(asked, "--good", commits[0], "--bad", "HEAD", "--json")
    assert asked.state() == before
    document = found(first)
    assert (first.code, document["outcome"]) == (1, "range")
    assert [each["subject"] for each in document["suspects"]] == ["Change 2", "Change 3"]
    assert ("Change 2", "skipped", False) in belongs(document)
    skipped = next(each for each in document["probes"] if each["belongs"] == "skipped")
    assert skipped["reason"] == "InvalidArgumentError: 'app:answer': there is no module 'nothing_of_the_kind' here"

    asked.git("stash", "--quiet")
    mended = asked.commit("Change 5", app=agent(GOOD))
    regressed = asked.commit("Drop the magic word", app=agent(BAD))
    asked.commit("Change 7", app=agent(BAD) + "# 7\n")
    second = bisected(asked, "--good", mended, "--bad", "HEAD")
    assert second.code == 0, second.log
    assert second.output.splitlines()[:5] == [
        f"the first bad commit is {regressed}",
        "  Drop the magic word",
        "  Somebody, 2026-01-01T00:00:00+00:00",
        "polite: 1 [0.7575, 1] before, 0 [0, 0.2425] after: -1 [-1, -0.6571] at 0.95 confidence, 12 rows",
        " app.py | 2 +-",
    ]
    versions = f"agent-{mended[:7]}", f"agent-{regressed[:7]}"
    assert second.log.splitlines()[-1] == "what changed: verspan diff {} {}".format(*versions)
    again = found(bisected(asked, "--good", versions[0], "--bad", "HEAD", "--json"))
    assert {recorded for _, _, recorded in belongs(again)} == {True}
    assert again["step"]["why"]["code"]["files"][0]["path"] == "app.py"
    assert list(tmp_path.glob("verspan-bisect-*")) == []


def test_merge(asked: Repository) -> None:
    """A commit of a branch that was merged is named, and not the merge."""
    first = asked.commit("Begin", app=agent(GOOD), other="")
    asked.git("switch", "--quiet", "--create", "branch")
    regressed = asked.commit("Branch", app=agent(BAD))
    asked.git("switch", "--quiet", "main")
    asked.commit("Main", other="x = 1\n")
    asked.merge("branch")
    done = bisected(asked, "--good", first, "--bad", "HEAD", "--json")
    document = found(done)
    assert (done.code, document["outcome"], document["suspects"][0]["commit"]) == (0, "found", regressed)


def test_nothing_to_find(asked: Repository) -> None:
    """Ends that do not differ are said to, with the exit code of a negative answer; a plan evaluates nothing."""
    first = asked.commit("Begin", app=agent(GOOD))
    asked.commit("Rename", app=agent(GOOD) + "# renamed\n")
    planned = bisected(asked, "--good", first, "--bad", "HEAD", "--dry-run")
    assert (planned.code, planned.log) == (0, "")
    assert planned.output.splitlines()[1:] == [
        "the two ends and about 0 commits between are evaluated",
        "0 of these commits have results already, which cost nothing",
    ]
    done = bisected(asked, "--good", first, "--bad", "HEAD", "--most-trials", "1")
    assert done.code == 1
    assert done.output.startswith("polite is not shown to be worse at ")


def test_wrong_code(asked: Repository) -> None:
    """A function that is not the checkout's would be the same in every commit, and is refused."""
    first = asked.commit("Begin", app=agent(GOOD))
    asked.commit("Change", app=agent(BAD))
    done = bisected(asked, "--good", first, "--bad", "HEAD", run="json:dumps")
    assert done.code == 1
    assert "json is imported from" in done.log
    assert "and not from the checkout of the commit: --path SUBDIR" in done.log


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--good", "nothing", "--bad", "HEAD"), "'nothing' is no version (`verspan models` lists them)"),
        (("--good", "HEAD", "--bad", "HEAD"), "they are the same commit"),
        (("--good", "HEAD", "--bad", "HEAD", "--trials", "9"), "trials=9, most_trials=8"),
        (("--good", "HEAD", "--bad", "HEAD", "--alpha", "5"), "alpha is between 0 and 1"),
    ],
)
def test_usage(asked: Repository, arguments: tuple[str, ...], said: str) -> None:
    """What cannot be understood is said in one line."""
    asked.commit("Begin", app=agent(GOOD))
    done = bisected(asked, *arguments)
    assert (done.code, done.output) == (1 if "nothing" in arguments else 2, "")
    assert said in done.log


def test_folder_and_setup(asked: Repository) -> None:
    """The function is run in a folder of each commit, after a command there; what judges is the working tree's."""
    (asked.folder / "service").mkdir()
    begun = {"service/answering": "from made import answer\n", "service/template": agent(GOOD)}
    first = asked.commit("Begin", **begun)
    asked.commit("Forget the word", **{"service/template": agent(BAD)})
    (asked.folder / "app.py").write_text(agent(GOOD), encoding="utf-8")
    told = "--good", first, "--bad", "HEAD", "--path", "service", "--setup"
    broken = bisected(asked, *told, "echo no such compiler; exit 3", run="answering:answer")
    assert broken.code == 1
    assert "end cannot be evaluated: the setup ended with 3: no such compiler" in broken.log
    done = bisected(asked, *told, "cp template.py made.py", "--json", run="answering:answer")
    assert done.code == 0, done.log
    assert found(done)["suspects"][0]["subject"] == "Forget the word"


def test_asked_again(asked: Repository) -> None:
    """One row of twelve that became wrong is clear after four trials, each of which was asked once."""
    one_row = "question.upper().replace('CUP 5, PLEASE', '')"
    first = asked.commit("Begin", app=agent(GOOD))
    regressed = asked.commit("Forget the fifth", app=agent(one_row))
    done = bisected(asked, "--good", first, "--bad", "HEAD", "--most-trials", "4", "--json")
    document = found(done)
    assert (done.code, document["suspects"][0]["commit"]) == (0, regressed)
    assert [(each["trials"], each["p_worse"]) for each in document["probes"]] == [(4, pytest.approx(1 / 70))] * 2
    with closing(open_store(f"sqlite:///{asked.folder / '.verspan' / 'verspan.db'}", create=False)) as store:
        runs = store.evaluations.find_runs(RunQuery())
        assert sorted(run.trials for run in runs) == [1, 1, 1, 1, 2, 2]
        assert sum(len(store.evaluations.rows(run.run_id)) for run in runs) == 2 * 4 * 12


def test_interrupted(asked: Repository, tmp_path: Path) -> None:
    """What was answered before Ctrl-C is not asked again, no worktree is left, and a budget ends it likewise."""
    first = asked.commit("Begin", app=INTERRUPTING % "")
    regressed = asked.commit("Change", app=INTERRUPTING % ".lower()")
    before, log = asked.state(), tmp_path / "asked"
    arguments = "--good", first, "--bad", "HEAD", "--concurrency", "1"

    def again(*more: str) -> Ended:
        return bisected(asked, *arguments, *more, ASKED=str(log))

    interrupted = again()
    assert interrupted.code == 130
    assert asked.state() == before
    stopped = again("--budget-tokens", "100")
    assert stopped.code == 1
    assert stopped.output.splitlines()[0] == "1 commit may be the first bad one: the budget of 100 tokens is spent"
    found_in_the_end = again()
    assert found_in_the_end.code == 0, found_in_the_end.log
    assert found_in_the_end.output.splitlines()[0] == f"the first bad commit is {regressed}"
    assert len(log.read_text(encoding="utf-8").splitlines()) == 2 * 12
    assert asked.state() == before
