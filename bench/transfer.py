"""Versions to a file and into another store: spans per second, bytes per span, and the memory that it takes.

What is taken is what `store.py` records: chat calls of 3.6 kB, and agents whose every turn resends the whole history.
Speed is by processor time, since a machine that does other things at once says little by its clock.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from store import Traffic, in_batches, size_of

from verspan.store.interface import ModelQuery, Store
from verspan.store.opening import open_store
from verspan.traces.model import SpanRecord
from verspan.transfer.exporting import export_file
from verspan.transfer.importing import import_file
from verspan.transfer.model import ExportReport, tell_nobody

_Result = TypeVar("_Result")
Row = tuple[str, str]
AGENTS = 10
TURNS = 40


def measured(action: Callable[[], _Result]) -> tuple[_Result, float]:
    """What an action gives, and the seconds of processor time that it takes."""
    before = time.process_time()
    result = action()
    return result, time.process_time() - before


def peak_mib() -> float:
    """The most memory that this process has had until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def exported(store: Store, path: Path) -> ExportReport:
    """Export every version of a store."""
    return export_file(store, store.find_models(ModelQuery()), path, tell_nobody)


def measure_traffic(folder: Path, count: int) -> Iterator[Row]:
    """A row of each figure of chat calls."""
    store = open_store(f"sqlite:///{folder / 'from' / 'verspan.db'}")
    traffic = Traffic(seed=1, calls_of_a_version=count)
    for start in range(0, count, 2_048):
        in_batches(store.write_spans, traffic.chats(min(2_048, count - start)))
    before = peak_mib()
    report, took = measured(lambda: exported(store, folder / "file"))
    yield "spans", f"{report.spans:,}"
    yield "exported", f"{report.spans / took:,.0f}/s"
    yield "    more memory than before", f"{peak_mib() - before:,.0f} MiB"
    before = peak_mib()
    with closing(open_store(f"sqlite:///{folder / 'to' / 'verspan.db'}")) as other:
        for name in ("imported", "imported again"):
            _, took = measured(lambda: import_file(other, folder / "file", tell_nobody))
            yield name, f"{report.spans / took:,.0f}/s"
    yield "    more memory than before", f"{peak_mib() - before:,.0f} MiB"
    store.close()
    yield "file, per span", f"{report.size / report.spans:,.0f} B"
    yield "store, per span", f"{size_of(folder / 'from') / report.spans:,.0f} B"


def measure_agents(folder: Path) -> Iterator[Row]:
    """What becomes of agents that resend their history, in a file."""
    traffic = Traffic(seed=2, calls_of_a_version=10_000)
    agents = [traffic.agent(TURNS) for _ in range(AGENTS)]
    with closing(open_store(f"sqlite:///{folder / 'agents' / 'verspan.db'}")) as store:
        for spans in agents:
            store.write_spans(spans)
        report = exported(store, folder / "agents.file")
    yield f"{TURNS}-turn agent to its unique content", f"{report.size / sum(map(unique, agents)):.2f}"


def unique(spans: Sequence[SpanRecord]) -> int:
    """Bytes of the messages of an agent's last turn, which are all that it has."""
    attributes = spans[-1].attributes
    return len(attributes["gen_ai.input.messages"]) + len(attributes["gen_ai.output.messages"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spans", type=int, default=100_000, help="chat calls to take from one store to another")
    parser.add_argument("--folder", type=Path, help="where to put the files; a temporary folder by default")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        for row in (*measure_traffic(Path(name), arguments.spans), *measure_agents(Path(name))):
            print("{:40} {:>16}".format(*row))


if __name__ == "__main__":
    main()
