"""Recreating recorded versions, with what is beside their trees."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.recreating.conftest import Git
from tests.recreating.test_histories import record

from verspan.errors import NotFoundError
from verspan.prompts.model import PromptContent, PromptLink
from verspan.recreating.api import checkout_from
from verspan.recreating.model import Missing
from verspan.store.interface import Store
from verspan.versions.capture.code import read_code
from verspan.versions.capture.model import Capture, CodeState, Dependencies, EntryPoint, LockFile
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import GitState, LoggedModel

CAP = 1 << 20


def test_companions(tmp_path: Path, repository: Path, store: Store) -> None:
    """Parameters, environment, entry point, packages and prompts are written where git ignores them."""
    capture = Capture(
        read_code(repository, CAP),
        Dependencies("3.12.4", "CPython", "Linux-x86_64", {"openai": "3.54.0"}),
        {"OPENAI_MODEL": "gpt 4o"},
        EntryPoint("app.py", ("--port", "80"), "."),
    )
    model = record(store, "v", capture)
    store.models.log_params(model.model_id, {"temperature": "0.7"})
    prompt = store.prompts.register("shop/greeting", PromptContent("Hello {{name}}"))
    store.prompts.link([PromptLink(model.model_id, "shop/greeting", prompt.version)])
    made = checkout_from(store, "v", tmp_path / "made", repository=repository)
    written = {path: (tmp_path / "made" / path).read_text() for path in made.written}
    version = json.loads(written.pop(".verspan/version.json"))
    assert (version["name"], version["entry_point"]["arguments"]) == ("v", ["--port", "80"])
    assert json.loads(written.pop(".verspan/prompts/shop%2Fgreeting-1.json"))["template"] == "Hello {{name}}"
    assert written == {
        ".verspan/.gitignore": "*\n",
        ".verspan/environment.env": "OPENAI_MODEL='gpt 4o'\n",
        ".verspan/packages.txt": "openai==3.54.0\n",
    }
    assert read_code(tmp_path / "made", CAP).dirty is False


def test_from_the_remote(git: Git, tmp_path: Path, repository: Path, store: Store) -> None:
    """Where no repository here has the commit it is cloned from the remote."""
    git(repository, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(tmp_path, "clone", "-q", "--bare", str(repository), "remote.git")
    (repository / "app.py").write_text("print(1)\n")
    record(store, "v", Capture(read_code(repository, CAP)))
    shutil.rmtree(repository)
    made = checkout_from(store, "v", tmp_path / "made")
    assert (made.exact, made.source) == (True, str(tmp_path / "remote.git"))
    assert (tmp_path / "made" / "app.py").read_text() == "print(1)\n"
    assert git(tmp_path / "made", "status", "--short") == "M app.py"


def test_from_nowhere(tmp_path: Path, repository: Path, store: Store) -> None:
    """Where the commit is nowhere to be had the error says how to name a repository that has it."""
    record(store, "v", Capture(read_code(repository, CAP)))
    shutil.rmtree(repository)
    with pytest.raises(NotFoundError, match=r"no repository here has the commit .* --repository"):
        checkout_from(store, "v", tmp_path / "made")


def test_commit_alone(git: Git, tmp_path: Path, repository: Path, store: Store) -> None:
    """A version without a capture is its commit, and that is said."""
    model = LoggedModel(
        *(model_id_for("shop", "v"), "v", experiment_id_for("shop"), "shop", 1, 1),
        git=GitState(git(repository, "rev-parse", "HEAD"), "main"),
    )
    store.upsert_model(model)
    made = checkout_from(store, "v", tmp_path / "made", repository=repository)
    assert (made.exact, made.capture_id, made.files) == (False, None, 1)
    assert [each.path for each in made.missing] == ["."]


def test_no_code(tmp_path: Path, store: Store) -> None:
    """A version whose code was never seen is said to have none."""
    record(store, "v", Capture(None))
    with pytest.raises(NotFoundError, match="the record of v has no code"):
        checkout_from(store, "v", tmp_path / "made")


def test_an_earlier_state(tmp_path: Path, repository: Path, store: Store) -> None:
    """Of several states of a version the newest is recreated, or the one that is asked for."""
    model = record(store, "v", Capture(read_code(repository, CAP)))
    (repository / "app.py").write_text("print(1)\n")
    record(store, "v", Capture(read_code(repository, CAP)))
    first, second = [each.capture_id for each in store.captures.of(model.model_id)]
    made = checkout_from(store, "v", tmp_path / "new", repository=repository)
    earlier = checkout_from(store, "v", tmp_path / "old", repository=repository, capture_id=first)
    assert (made.capture_id, earlier.capture_id) == (second, first)
    assert (tmp_path / "old" / "app.py").read_text() == "print()\n"
    with pytest.raises(NotFoundError, match="was not seen in the state 'c-0'"):
        checkout_from(store, "v", tmp_path / "none", repository=repository, capture_id="c-0")


def test_cut(tmp_path: Path, repository: Path, store: Store) -> None:
    """What the cap has left out is named, and the rest is restored."""
    (repository / "large.bin").write_bytes(b"0" * 5000)
    (repository / "small.py").touch()
    record(store, "v", Capture(read_code(repository, 1000)))
    made = checkout_from(store, "v", tmp_path / "made", repository=repository)
    assert made.exact is False
    assert [each.path for each in made.missing] == ["large.bin"]
    assert (tmp_path / "made" / "small.py").exists()


def test_lfs_without_its_object(git: Git, tmp_path: Path, repository: Path, store: Store) -> None:
    """A file whose object Git LFS does not have here is its pointer, and the way to get it is named."""
    digest = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 1\n"
    git(repository, "config", "filter.lfs.clean", f"printf '{pointer}'")
    (repository / ".gitattributes").write_text("*.bin filter=lfs -text\n")
    (repository / "weights.bin").write_text("0")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "More")
    record(store, "v", Capture(read_code(repository, CAP)))
    made = checkout_from(store, "v", tmp_path / "made", repository=repository)
    why = "Git LFS has no object for it here, so it is the pointer: run `git lfs pull` in the folder"
    assert made.missing == (Missing("weights.bin", why),)
    assert (made.exact, (tmp_path / "made" / "weights.bin").read_text()) == (False, pointer)


def test_submodule_put_away(git: Git, tmp_path: Path, repository: Path, store: Store) -> None:
    """A submodule that is no longer in the tree comes from where git has put it away, a commit of nobody else's too."""
    git(tmp_path, "clone", "-q", str(repository), "library")
    git(repository, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "library"), "lib")
    (repository / "lib" / "app.py").write_text("print(1)\n")
    git(repository / "lib", "commit", "-q", "-a", "-m", "Inside")
    git(repository, "commit", "-q", "-a", "-m", "Add a library")
    record(store, "v", Capture(read_code(repository, CAP)))
    git(repository, "submodule", "--quiet", "deinit", "-f", "lib")
    shutil.rmtree(tmp_path / "library")
    made = checkout_from(store, "v", tmp_path / "made", repository=repository)
    assert (made.missing, made.exact) == ((), True)
    assert (tmp_path / "made" / "lib" / "app.py").read_text() == "print(1)\n"


def test_environment(tmp_path: Path, repository: Path, store: Store) -> None:
    """An environment is made of the recorded Python and lock, or it is said why not."""
    import platform

    (repository / "requirements.txt").write_text("# nothing\n")
    lock = LockFile("requirements.txt", b"# nothing\n")
    dependencies = Dependencies(platform.python_version(), packages={"nowhere-to-be-had": "1"}, lock=lock)
    record(store, "v", Capture(read_code(repository, CAP), dependencies))
    made = checkout_from(store, "v", tmp_path / "made", repository=repository, with_env=True)
    assert (made.exact, made.missing) == (True, ())
    assert made.python is not None
    assert made.python.exists()
    record(store, "w", Capture(CodeState(None), Dependencies("1.4")))
    other = checkout_from(store, "w", tmp_path / "other", with_env=True)
    assert (other.exact, other.python, [each.path for each in other.missing]) == (True, None, [".verspan/venv"])
