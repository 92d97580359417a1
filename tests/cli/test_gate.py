"""`verspan compare --gate`, by real processes, whose exit code is all that CI sees."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.processes import said

KEEPS = '[metrics."correct"]\nmust = "not regress"\nmargin = 0.1\n'


FILLING = """
import verspan

@verspan.scorer
def correct(outputs):
    return outputs == "right"

def always(number):
    return "right"

def seldom(number):
    return "right" if number % 3 else "wrong"

rows = [{"row_id": f"row-{number}", "inputs": {"number": number}} for number in range(60)]
for name, function, some in (
    ("good", always, rows), ("bad", seldom, rows), ("same", always, rows),
    ("few", always, rows[:3]), ("few-too", seldom, rows[:3]),
):
    verspan.evaluate(some, function, [correct], name)
verspan.flush()
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with evaluations of a good version, of a bad one, and of three rows."""
    place = tmp_path_factory.mktemp("evaluated") / "store.db"
    assert said(FILLING, place.parent, VERSPAN_STORE=str(place)) == []
    return place


@pytest.fixture
def evaluated(tmp_path: Path, filled: Path) -> None:
    """It, where the command line looks for it."""
    for part in filled.parent.glob("store.db*"):
        if part.is_file():
            shutil.copy(part, tmp_path)


def ended(folder: Path, *arguments: str, policy: str = KEEPS) -> subprocess.CompletedProcess[str]:
    """A command line in a process of its own, beside a policy."""
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    command = [sys.executable, "-m", "verspan.cli", *arguments]
    return subprocess.run(command, cwd=folder, env=dict(os.environ), capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("evaluated")
@pytest.mark.parametrize(
    ("versions", "code", "last"),
    [
        (("good", "same"), 0, "pass: good → same"),
        (("good", "bad"), 1, "fail: good → bad"),
        (("few", "few-too"), 2, "inconclusive: few → few-too"),
    ],
)
def test_verdicts(tmp_path: Path, versions: tuple[str, str], code: int, last: str) -> None:
    """The exit code is the verdict, which the last line says, too."""
    done = ended(tmp_path, "compare", *versions, "--no-why", "--gate", "policy.toml")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (code, last), done.stderr


@pytest.mark.usefixtures("evaluated")
@pytest.mark.parametrize(
    ("arguments", "policy"),
    [
        (["compare", "good", "--gate", "policy.toml"], KEEPS),
        (["compare", "good", "bad", "--gate=policy.toml", "--wrong"], KEEPS),
        (["comapre", "good", "bad", "--gate", "policy.toml"], KEEPS),
        (["compare", "good", "nobody", "--gate", "policy.toml"], KEEPS),
        (["compare", "good", "bad", "--gate", "nowhere.toml"], KEEPS),
        (["compare", "good", "bad", "--gate", "policy.toml"], "[metric.correct]\nmust = 'improve'"),
        (["compare", "good", "bad", "--gate", "policy.toml"], "[metrics.correct]\nat_least = '5 ms'"),
        (["compare", "good", "bad", "--gate", "policy.toml", "--html", "no/folder/page.html"], KEEPS),
    ],
    ids=["an argument is missing", "option", "command", "version", "no file", "key", "unit", "no folder"],
)
def test_no_verdict(tmp_path: Path, arguments: list[str], policy: str) -> None:
    """Whatever keeps a gate from deciding exits with 64, which is no verdict, and is one line."""
    done = ended(tmp_path, *arguments, policy=policy)
    assert (done.returncode, len(done.stderr.splitlines())) == (64, 1), done.stderr
    assert done.stderr.startswith("verspan: ")


@pytest.mark.usefixtures("evaluated")
def test_files(run: Callable[..., Result], tmp_path: Path) -> None:
    """Each file that is asked for is written, whatever the verdict is, and without a gate as well."""
    policy = tmp_path / "policy.toml"
    policy.write_text(KEEPS, encoding="utf-8")
    files = {"--markdown": "c.md", "--junit": "c.xml", "--html": "c.html", "--report-json": "c.json"}
    options = [part for each in files.items() for part in each]
    assert run("compare", "good", "bad", *options).exit_code == 0
    without = {name: (tmp_path / name).read_text(encoding="utf-8") for name in files.values()}
    assert run("compare", "good", "bad", "--gate", str(policy), *options).exit_code == 1
    gated = {name: (tmp_path / name).read_text(encoding="utf-8") for name in files.values()}
    assert [without[name][:8] for name in ("c.md", "c.xml", "c.html")] == ["## Worse", "<?xml ve", "<!doctyp"]
    assert gated["c.md"].startswith("## Fail: `good` → `bad`")
    assert [json.loads(found["c.json"])["verdict"] for found in (without, gated)] == [None, "fail"]
    assert "<failure" in gated["c.xml"]


@pytest.mark.usefixtures("evaluated")
def test_json(run: Callable[..., Result], tmp_path: Path) -> None:
    """Programs get the verdict and each check with the comparison, and the same exit code."""
    policy = tmp_path / "policy.toml"
    policy.write_text(KEEPS, encoding="utf-8")
    result = run("compare", "good", "bad", "--gate", str(policy), "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["gate"]["verdict"]) == (1, "fail")
    assert [check["demand"] for check in found["gate"]["checks"]] == ["not regress by more than 0.1"]
    assert json.loads(run("compare", "good", "bad", "--json").stdout)["gate"] is None


@pytest.mark.usefixtures("evaluated")
def test_confidence(run: Callable[..., Result], tmp_path: Path) -> None:
    """The comparison is as sure as the policy wants, unless somebody types how sure it is to be."""
    policy = tmp_path / "policy.toml"
    policy.write_text(f"[gate]\nalpha = 0.01\n{KEEPS}", encoding="utf-8")
    asked = ("compare", "good", "bad", "--gate", str(policy), "--json")
    assert json.loads(run(*asked).stdout)["alpha"] == 0.01
    refused = run(*asked, "--alpha", "0.05")
    assert (refused.exit_code, "compare with alpha=0.01" in refused.stderr) == (64, True)
