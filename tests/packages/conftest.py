"""What tests of packages share: an application, a store with its version, and a user who has agreed to nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import verspan
from verspan import context
from verspan.packaging import loading
from verspan.packaging.model import Package
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.versions import registry
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import GitState, LoggedModel

EXPERIMENT = "shop"
GIT = GitState("a" * 40, "main", "https://example.com/shop", dirty=False)

AGENT = """
from pathlib import Path
from shop.words import emphasis
from . import words

GREETING = (Path(__file__).parent / "greeting.txt").read_text()


def answer(question, *, config):
    from shop.words import closing
    return GREETING + emphasis(question) * config["times"] + closing() + words.closing()
"""
WORDS = """
def emphasis(text):
    return text.upper()

def closing():
    return "!"
"""
FILES = {"shop/__init__.py": "", "shop/agent.py": AGENT, "shop/words.py": WORDS, "shop/greeting.txt": "Hello: "}
ENTRY_POINT = "shop.agent:answer"

Make = Callable[..., Package]


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder; returns the folder."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's folders, empty; and a process that has loaded nothing."""
    for variable in ("VERSPAN_ACTIVE_MODEL", "VERSPAN_EXPERIMENT_NAME", "VERSPAN_ARTIFACTS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    registry.configure_recording(None)
    yield tmp_path
    assert registry.flush(30)
    registry._recorder._known.clear()
    context._state.put()
    loading._loaded.clear()
    for name in [name for name in sys.modules if name.startswith("verspan_packages.")]:
        del sys.modules[name]


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / ".verspan" / "verspan.db"


@pytest.fixture
def store(store_file: Path) -> Iterator[Store]:
    """A store with the versions `v1` and `v2`, in which this process records."""
    url = f"sqlite:///{store_file}"
    with closing(open_store(url)) as store:
        for name in ("v1", "v2"):
            store.upsert_model(model(name))
        registry.configure_recording(url)
        yield store
        registry.configure_recording(None)


def model(name: str) -> LoggedModel:
    """A version's record."""
    return LoggedModel(model_id_for(EXPERIMENT, name), name, experiment_id_for(EXPERIMENT), EXPERIMENT, 1, 1, git=GIT)


@pytest.fixture
def make(store: Store, tmp_path: Path) -> Make:
    """Makes a package of some files."""

    def make(
        files: dict[str, str] = FILES, entry_point: str = ENTRY_POINT, version: str = "v1", **options: Any
    ) -> Package:
        assert store.get_model(model(version).model_id) is not None
        folder = write(tmp_path / f"sources-{len(list(tmp_path.iterdir()))}", files)
        paths = sorted({folder / path.partition("/")[0] for path in files})
        return verspan.package(model(version), entry_point=entry_point, code_paths=paths, **options)

    return make


@pytest.fixture
def package_file(store: Store, tmp_path: Path) -> Callable[[Package], Path]:
    """Writes the file of a package that was made."""

    def package_file(package: Package) -> Path:
        assert store.location
        target = tmp_path / f"fetched-{package.digest[:8]}"
        return Path(verspan.download_artifacts(f"models:/{package.manifest.model_id}/package.zip", dst_path=target))

    return package_file
