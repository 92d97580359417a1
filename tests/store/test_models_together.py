"""Versions that many threads and processes change at once, and processes that are killed meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise

from verspan.audit.log import verify_records
from verspan.audit.model import AuditQuery
from verspan.audit.verification import say_nothing
from verspan.store.conformance.records import model
from verspan.store.interface import ModelQuery, Store
from verspan.store.opening import open_store

THREADS, ROUNDS, VERSIONS = 25, 1, 3
WRITER = """
import sys, threading
from contextlib import closing
from verspan.store.conformance.records import model
from verspan.store.opening import open_store
from verspan.versions.model import ModelMetric
from verspan.versions.search.grammar import parse_filter
from verspan.versions.search.model import ModelSearch

url, name, threads, rounds, versions = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
failures = []

def change(store, thread, number):
    for version in range(versions):
        made = store.upsert_model(model(f"v{version}", params={"a": "1"}))
        tag = f"{name}-{thread}-{number}"
        store.models.set_tags(made.model_id, {tag: "1", "last": tag})
        store.models.log_metrics(made.model_id, [ModelMetric(tag, 0.5, number)])
        store.models.set_alias(made.model_id, "champion")
        found = store.models.search(ModelSearch(where=parse_filter(f"tags.`{tag}` = '1' AND metrics.`{tag}` > 0.1")))
        if made.model_id not in [each.model_id for each in found.models]:
            failures.append(f"{tag} of {made.name} is not found")
        sys.stdout.write(".\\n")
        sys.stdout.flush()

def work(thread):
    number = 0
    while number < rounds or not rounds:
        change(store, thread, number)
        number += 1

with closing(open_store(url, lock_timeout_s=120)) as store:
    started = [threading.Thread(target=work, args=(thread,)) for thread in range(threads)]
    for each in started:
        each.start()
    for each in started:
        each.join()
sys.exit("; ".join(failures[:3]) or None)
"""


def writing(url: str, name: str, threads: int, rounds: int) -> subprocess.Popen[str]:
    """A process that registers, tags, measures, aliases and searches versions; without end where rounds is 0."""
    command = [sys.executable, "-c", WRITER, url, name, *map(str, (threads, rounds, VERSIONS))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@contextmanager
def verified(url: str) -> Iterator[Store]:
    """A store that opens, and whose audit log is whole."""
    with closing(open_store(url, create=False)) as store:
        assert verify_records(store.location, store.audit, [], say_nothing).ok
        yield store


def assert_agreement(store: Store) -> int:
    """That records, aliases and the audit log tell the same; returns how many tags there are."""
    versions = store.find_models(ModelQuery())
    actions = Counter(entry.action for entry in store.audit.find(AuditQuery(), 1_000_000))
    moves = store.models.alias_moves("support", "champion")
    assert actions["model.register"] == len(versions)
    assert actions["alias.move"] == len(moves)
    assert all(later.from_model_id == earlier.to_model_id for later, earlier in pairwise(moves))
    champion = store.models.at_alias("support", "champion")
    assert moves[0].to_model_id == (champion and champion.model_id)
    tags = sum(len(version.tags) - 1 for version in versions if version.tags)
    assert actions["model.tag"] == tags
    assert actions["model.log_metrics"] == sum(len(version.metrics) for version in versions)
    return tags


def test_at_once(url: str) -> None:
    """Two processes of 25 threads each register, tag, measure, alias and search the same versions: nothing is lost."""
    processes = [writing(url, name, THREADS, ROUNDS) for name in ("one", "two")]
    ended = [process.communicate() for process in processes]
    assert [(process.returncode, error) for process, (_, error) in zip(processes, ended, strict=True)] == [(0, "")] * 2
    with verified(url) as store:
        assert assert_agreement(store) == 2 * THREADS * ROUNDS * VERSIONS
        expected = {model(f"v{number}").model_id for number in range(VERSIONS)}
        assert {version.model_id for version in store.find_models(ModelQuery())} == expected


def test_killed(url: str) -> None:
    """A process that is killed in the middle of writing leaves a store that opens, verifies and is of one piece."""
    for number, changes in enumerate((1, 5, 23)):
        with writing(url, f"run-{number}", threads=4, rounds=0) as process:
            assert process.stdout is not None
            for _ in range(changes):
                assert process.stdout.readline() == ".\n"
            process.send_signal(signal.SIGKILL)
        with verified(url) as store:
            assert assert_agreement(store) >= changes
