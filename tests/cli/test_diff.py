"""`verspan diff`."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from inline_snapshot import snapshot
from tests.diffing.agents import record_agents, record_bare
from tests.versions.conftest import git, repository

from verspan.store.interface import Store
from verspan.versions.identity import model_id_for
from verspan.versions.model import GitState

__all__ = ["git", "repository"]

Run = Callable[..., Result]
Git = Callable[..., str]


@pytest.fixture
def agents(
    store: Store,
    git: Git,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Store:
    """A store with two versions of an agent, in whose repository the command runs."""
    record_agents(store, git, repository)
    monkeypatch.chdir(repository)
    return store


@pytest.mark.usefixtures("agents")
def test_text(run: Run) -> None:
    """A small difference is shown whole, line by line."""
    result = run("diff", "agent-v1", "agent-v2", columns=80)
    assert result.stdout == snapshot("""\
         agent-v1             agent-v2
code     main@76ee6d23        main@3f4aba99 + 1 file
id       m-562fb271           m-853a611a
created  2025-11-23 08:12:01  2025-11-23 08:12:01

Code  1 commit ahead; 2 files, +2 -1
  + 3f4aba99  2026-01-01  somebody@example.com  Answer better
  M  +1  -1  app.py
  A  +1      notes.md

app.py
@@ -1,1 +1,1 @@
-print()
+print('better')

notes.md
@@ -0,0 +1,1 @@
+To do: measure.

Parameters  1 removed, 1 changed
  ~ temperature  0.7 → 0.2
  - seed         1

Prompts  1 changed
  ~ support  version 1 → 2
     You answer customers of a tea shop.
    -Be kind and short.
    +Be kind and exact.

Dependencies  1 upgraded
  ↑ openai  1.40.0 → 1.52.0

Entry point  1 added
  + arguments  --fast

The same  Environment
""")
    assert (result.stderr, result.exit_code) == ("", 0)


@pytest.mark.usefixtures("agents")
def test_one_part(run: Run) -> None:
    """--only shows what was asked for, and takes names with a dash as well."""
    result = run("diff", "agent-v1", "agent-v2", "--only", "params,entry-point")
    assert result.stdout == snapshot("""\
         agent-v1             agent-v2
id       m-562fb271           m-853a611a
created  2025-11-23 08:12:01  2025-11-23 08:12:01

Parameters  1 removed, 1 changed
  ~ temperature  0.7 → 0.2
  - seed         1

Entry point  1 added
  + arguments  --fast
""")


@pytest.mark.usefixtures("agents")
def test_unknown_part(run: Run) -> None:
    """A part that there is not is wrong usage, and those that there are are named."""
    result = run("diff", "agent-v1", "agent-v2", "--only", "cost")
    assert (result.stderr, result.exit_code) == snapshot(
        (
            "verspan: only=cost: what can be compared is code, params, calls, prompts, dependencies, environment, entry_point\n",  # noqa: E501 - as it is written
            2,
        )
    )


@pytest.mark.usefixtures("agents")
def test_json(run: Run) -> None:
    """JSON has everything, and times in ISO 8601 beside the numbers."""
    document = json.loads(run("diff", "agent-v1", "agent-v2", "--json").stdout)
    patch = base64.b64decode(document["code"].pop("patch"))
    assert patch.startswith(b"diff --git a/app.py b/app.py\n")
    for side in ("before", "after"):
        document[side] = document[side]["label"]
    assert document == snapshot(
        {
            "same": False,
            "before": "agent-v1",
            "after": "agent-v2",
            "code": {
                "before": {"commit": "76ee6d23d5f4fb8f44b4a54d38fbeac00f6d93a4", "branch": "main", "dirty_files": 0},
                "after": {"commit": "3f4aba99a7da5988bb1736bf0a39a12639d20cb6", "branch": "main", "dirty_files": 1},
                "ahead": [
                    {
                        "commit": "3f4aba99a7da5988bb1736bf0a39a12639d20cb6",
                        "author": "somebody@example.com",
                        "timestamp": 1767225600000,
                        "time": "2026-01-01T00:00:00.000000Z",
                        "subject": "Answer better",
                    }
                ],
                "behind": [],
                "files": [
                    {
                        "path": "app.py",
                        "former_path": None,
                        "status": "modified",
                        "before": {"mode": "100644", "blob": "aec92917403fe09d962fb43a3bcef0ae21f4c217", "size": 8},
                        "after": {"mode": "100644", "blob": "d98c0528a19cf4056ab693511bc5c54cd2225e5d", "size": 16},
                        "binary": False,
                        "added": 1,
                        "removed": 1,
                        "hunks": [
                            {
                                "before_start": 1,
                                "before_count": 1,
                                "after_start": 1,
                                "after_count": 1,
                                "heading": "",
                                "lines": ["-print()", "+print('better')"],
                            }
                        ],
                        "incomplete": False,
                    },
                    {
                        "path": "notes.md",
                        "former_path": None,
                        "status": "added",
                        "before": None,
                        "after": {"mode": "100644", "blob": "7c7d49f8815eea94dd682c15a5df563c04fe8f58", "size": 16},
                        "binary": False,
                        "added": 1,
                        "removed": 0,
                        "hunks": [
                            {
                                "before_start": 0,
                                "before_count": 0,
                                "after_start": 1,
                                "after_count": 1,
                                "heading": "",
                                "lines": ["+To do: measure."],
                            }
                        ],
                        "incomplete": False,
                    },
                ],
            },
            "params": {
                "added": {},
                "removed": {"seed": "1"},
                "changed": {"temperature": {"before": "0.7", "after": "0.2"}},
            },
            "prompts": {
                "added": [],
                "removed": [],
                "changed": [
                    {
                        "before": {
                            "name": "support",
                            "version": 1,
                            "text": """\
You answer customers of a tea shop.
Be kind and short.
""",
                        },
                        "after": {
                            "name": "support",
                            "version": 2,
                            "text": """\
You answer customers of a tea shop.
Be kind and exact.
""",
                        },
                        "hunks": [
                            {
                                "before_start": 1,
                                "before_count": 2,
                                "after_start": 1,
                                "after_count": 2,
                                "heading": "",
                                "lines": [
                                    " You answer customers of a tea shop.",
                                    "-Be kind and short.",
                                    "+Be kind and exact.",
                                ],
                            }
                        ],
                    }
                ],
            },
            "dependencies": {
                "added": {},
                "removed": {},
                "upgraded": {"openai": {"before": "1.40.0", "after": "1.52.0"}},
                "downgraded": {},
                "changed": {},
                "runtime": {},
            },
            "environment": {"added": {}, "removed": {}, "changed": {}},
            "entry_point": {"added": {"arguments": "--fast"}, "removed": {}, "changed": {}},
            "calls": None,
            "untold": [],
        }
    )


@pytest.mark.usefixtures("agents")
def test_patch_applies(run: Run, tmp_path: Path) -> None:
    """The patch of the JSON makes the files of the second version of those of the first."""
    document = json.loads(run("diff", "agent-v1", "agent-v2", "--format", "json").stdout)
    (tmp_path / "app.py").write_text("print()\n")
    subprocess.run(["git", "apply"], cwd=tmp_path, input=base64.b64decode(document["code"]["patch"]), check=True)
    assert (tmp_path / "app.py").read_text() == "print('better')\n"
    assert (tmp_path / "notes.md").read_text() == "To do: measure.\n"


@pytest.mark.usefixtures("agents")
@pytest.mark.parametrize(("form", "begins"), [("html", "<!doctype html>"), ("markdown", "## `agent-v1`"), ("text", "")])
def test_output(run: Run, tmp_path: Path, form: str, begins: str) -> None:
    """What is written to a file is what would be printed."""
    place = tmp_path / "out"
    printed = run("diff", "agent-v1", "agent-v2", "--format", form)
    written = run("diff", "agent-v1", "agent-v2", "--format", form, "--output", str(place))
    assert place.read_text() == printed.stdout
    assert printed.stdout.startswith(begins)
    assert (written.stdout, written.stderr, written.exit_code) == ("", f"written to {place}\n", 0)


@pytest.mark.usefixtures("agents")
def test_output_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    """A file that cannot be written is said in one line."""
    result = run("diff", "agent-v1", "agent-v2", "--output", str(tmp_path / "no" / "folder"))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"verspan: {tmp_path / 'no' / 'folder'} cannot be written: ")


@pytest.mark.usefixtures("agents")
def test_exit_code(run: Run) -> None:
    """--exit-code tells a program whether two versions differ."""
    codes = [run("diff", "agent-v1", b, *("--exit-code",)).exit_code for b in ("agent-v1", "agent-v2")]
    assert codes == [0, 1]
    assert run("diff", "agent-v1", "agent-v2", "--exit-code", "--only", "environment").exit_code == 0


def test_exit_code_of_what_cannot_be_told(run: Run, agents: Store) -> None:
    """What cannot be told is not taken for the same."""
    record_bare(agents, "unknown", None)
    result = run("diff", "unknown", "agent-v1", "--exit-code", "--only", "code", columns=80)
    assert result.stdout == snapshot("""\
         unknown              agent-v1
id       m-c9f3e1ed           m-562fb271
created  2025-11-23 08:12:01  2025-11-23 08:12:01

Cannot be told
  Code: unknown: no commit is recorded of it: it was in no git repository, or
  nothing was captured
""")
    assert result.exit_code == 1


@pytest.mark.usefixtures("agents")
def test_working_tree(run: Run, repository: Path) -> None:
    """A dot is the working tree as it is now, by its code and dependencies."""
    (repository / "notes.md").unlink()
    (repository / "app.py").write_text("print('best')\n")
    result = run("diff", "agent-v2", ".", "--only", "code,params", columns=80)
    assert result.stdout == snapshot("""\
         agent-v2                working tree
code     main@3f4aba99 + 1 file  main@3f4aba99 + 1 file
id       m-853a611a              -
created  2025-11-23 08:12:01     -

Code  2 files, +1 -2
  M  +1  -1  app.py
  D      -1  notes.md

app.py
@@ -1,1 +1,1 @@
-print('better')
+print('best')

notes.md
@@ -1,1 +0,0 @@
-To do: measure.

Cannot be told
  Parameters: the working tree has none, since it has not run
""")


def test_by_alias(run: Run, agents: Store) -> None:
    """A version may be named by its experiment and an alias."""
    agents.models.set_alias(model_id_for("shop", "agent-v1"), "champion")
    result = run("diff", "shop@champion", "agent-v1", "--exit-code")
    assert (result.exit_code, result.stderr) == (0, "")


def test_only_the_commit_is_known(run: Run, agents: Store, repository: Path, git: Git) -> None:
    """Of a version without a capture the commit is compared, and what is not known besides is said."""
    commit = git(repository, "rev-parse", "HEAD")
    record_bare(agents, "dirty", GitState(commit, "main", dirty=True))
    result = run("diff", "agent-v2", "dirty", columns=80)
    assert result.stdout == snapshot("""\
         agent-v2                dirty
code     main@3f4aba99 + 1 file  main@3f4aba99
id       m-853a611a              m-1041284f
created  2025-11-23 08:12:01     2025-11-23 08:12:01

Code  1 file, +0 -1
  D    -1  notes.md

notes.md
@@ -1,1 +0,0 @@
-To do: measure.

Parameters  1 removed
  - temperature  0.2

Prompts  1 removed
  - support  version 2

Cannot be told
  Code: dirty: its files differed from 3f4aba99, and how was not captured
  (VERSPAN_CAPTURE=full does it)
  Dependencies, Environment, Entry point: dirty: was not captured
  (VERSPAN_CAPTURE=full does it)
""")


@pytest.mark.usefixtures("agents")
def test_elsewhere(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    """Away from the repository what the captures tell is shown, and --repository says where it is."""
    monkeypatch.chdir(tmp_path)
    away = run("diff", "agent-v1", "agent-v2", "--only", "code")
    assert "there is no git repository here (--repository says where it is)" in away.stdout
    pointed = run("diff", "agent-v1", "agent-v2", "--only", "code", "--repository", str(repository))
    assert "1 commit ahead; 2 files, +2 -1" in pointed.stdout
    wrong = run("diff", "agent-v1", "agent-v2", "--repository", str(tmp_path))
    assert (wrong.exit_code, wrong.stderr) == (
        2,
        f"verspan: {tmp_path} is in no git repository: give a folder that is in one\n",
    )


@pytest.mark.usefixtures("agents")
def test_many_files(run: Run, repository: Path) -> None:
    """Many files are listed, as many as one looks at, and it is said how to see the rest."""
    for number in range(60):
        (repository / f"file{number:02}.txt").write_text("new\n")
    result = run("diff", "agent-v2", ".", "--only", "code")
    assert "… and 20 more files" in result.stdout
    assert "@@" not in result.stdout
    assert result.stderr == snapshot("""\

every file: --stat; every line: --patch; everything on a page: --format html --output diff.html
""")
    assert run("diff", "agent-v2", ".", "--only", "code", "--stat").stdout.count(".txt") == 60
    assert run("diff", "agent-v2", ".", "--only", "code", "--patch").stdout.count("@@ -0,0 +1,1 @@") == 60
