"""``verspan package`` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from verspan.cli.main import verspan
from verspan.packaging import trust
from verspan.packaging.model import Package

from .conftest import GIT, Make, model

Run = Callable[..., Result]


@pytest.fixture
def made(make: Make) -> Package:
    """A package of the version `v1`."""
    return make(config={"times": 2})


@pytest.fixture
def run(store_file: Path) -> Run:
    """Runs `verspan package` on the store."""

    def run(*arguments: str) -> Result:
        return CliRunner(env={"VERSPAN_STORE": str(store_file)}).invoke(verspan, ["package", *arguments])

    return run


def test_show(made: Package, run: Run) -> None:
    """A package is shown by its version, with its hash, its files and how to agree to it."""
    shown = run("show", "v1")
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[:8] == [
        f"version      v1 ({model('v1').model_id}) of shop",
        f"package      sha256:{made.digest}, {made.size} bytes",
        "entry point  shop.agent:answer",
        f"python       {made.manifest.python}",
        f"commit       {GIT.commit}",
        "config       times",
        "lock         none",
        f"files        {len(made.manifest.files)}",
    ]
    assert [line.split()[-1] for line in lines[8:]] == [file.path for file in made.manifest.files]
    assert f"verspan package trust {made.digest}" in shown.stderr


def test_show_json(made: Package, run: Run) -> None:
    """As JSON it is the package with every file, its configuration, and whether it is agreed to."""
    trust.agree(made.digest)
    document = json.loads(run("show", "v1", "--json").stdout)
    assert (document["trusted"], document["config"]) == (True, {"times": 2})
    assert document["package"]["digest"] == made.digest
    assert [file["path"] for file in document["package"]["manifest"]["files"]] == [
        file.path for file in made.manifest.files
    ]


def test_trust(made: Package, run: Run) -> None:
    """A hash is agreed to, and no longer agreed to."""
    assert run("trust", made.digest).exit_code == 0
    assert trust.is_trusted(made.digest)
    assert run("trust", "--withdraw", made.digest).exit_code == 0
    assert not trust.is_trusted(made.digest)
    refused = run("trust", made.digest[:12])
    assert (refused.exit_code, refused.stderr) == (
        2,
        f"verspan: {made.digest[:12]!r} is no hash of a package, which has 64 hexadecimal digits\n",
    )


def test_dockerfile(made: Package, run: Run, tmp_path: Path) -> None:
    """The files are written, and listed."""
    done = run("dockerfile", "v1", str(tmp_path / "image"))
    assert done.exit_code == 0
    assert [Path(line).name for line in done.stdout.splitlines()] == ["Dockerfile", ".dockerignore", "package.zip"]
    assert made.digest in (tmp_path / "image" / "Dockerfile").read_text()


def test_none(made: Package, run: Run) -> None:
    """A version without a package is one line and a negative answer."""
    done = run("show", "v2")
    assert (done.exit_code, done.stderr) == (
        1,
        "verspan: the version v2 has no package: make one with verspan.package(entry_point=…)\n",
    )
    assert made.digest
