"""SQLite does for prompts what every store must do, for many threads and processes at once."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from textwrap import dedent

import pytest
from sqlalchemy import delete

from verspan.audit.log import verify_audit_log
from verspan.audit.model import AuditQuery
from verspan.errors import StoreCorruptError
from verspan.prompts.model import PromptContent
from verspan.store.conformance import PromptConformance
from verspan.store.database import Database
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.store.record_tables import blobs

SPAWN = multiprocessing.get_context("spawn")
THREADS = 50


class TestPrompts(PromptConformance):
    """Prompts are numbered, found, tagged, aliased and linked."""


def register_from_threads(url: str, process: int) -> None:
    """Register a prompt and move an alias from fifty threads at once."""
    with closing(open_store(url)) as store, ThreadPoolExecutor(THREADS) as pool:

        def register(thread: int) -> None:
            kept = store.prompts.register("support", PromptContent(f"from {process} {thread}"))
            store.prompts.set_alias("support", "newest", kept.version)
            store.prompts.set_tag("support", f"{process}-{thread}", "here")

        list(pool.map(register, range(THREADS)))


def test_at_once(url: str, store: Store) -> None:
    """Fifty threads in each of two processes leave numbers without a gap, every content, every tag and a whole log."""
    processes = [SPAWN.Process(target=register_from_threads, args=(url, process)) for process in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    versions = store.prompts.versions("support")
    assert [version.version for version in versions] == list(range(2 * THREADS, 0, -1))
    contents = {f"from {process} {thread}" for process in range(2) for thread in range(THREADS)}
    assert {version.template for version in versions} == contents
    prompt = store.prompts.get("support")
    assert prompt is not None
    assert len(prompt.tags) == 2 * THREADS
    aliased = store.prompts.at_alias("support", "newest")
    assert aliased is not None
    assert prompt.aliases == {"newest": aliased.version}
    assert verify_audit_log().ok


def test_killed(url: str, store: Store, tmp_path: Path) -> None:
    """A process that is killed while it registers leaves whole versions, an entry in the log for each, and the next."""
    program = """
        import sys
        from verspan.prompts.model import PromptContent
        from verspan.store.opening import open_store

        store = open_store(sys.argv[1])
        while True:
            print(store.prompts.register("support", PromptContent("text")).version, flush=True)
    """
    (tmp_path / "app.py").write_text(dedent(program))
    with subprocess.Popen([sys.executable, "app.py", url], cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(20)]
        process.kill()
    assert said == list(range(1, 21))
    versions = store.prompts.versions("support")
    assert [version.version for version in versions] == list(range(len(versions), 0, -1))
    noted = store.audit.find(AuditQuery(action="prompt.register"), limit=10_000)
    assert [entry.after and entry.after["version"] for entry in noted] == [version.version for version in versions]
    assert store.prompts.register("support", PromptContent("text")).version == len(versions) + 1
    assert verify_audit_log().ok


def test_content_lost(tmp_path: Path, store: Store) -> None:
    """A version whose content is gone from the file is an error that names it, and no empty prompt."""
    store.prompts.register("support", PromptContent("text"))
    database = Database(tmp_path / "store" / "verspan.db", lock_timeout_s=30)
    with database.writing() as connection:
        connection.execute(delete(blobs))
    database.close()
    with pytest.raises(StoreCorruptError, match="version 1 of the prompt 'support'"):
        store.prompts.version("support", 1)
