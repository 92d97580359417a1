"""The fault table: what ended, what is at the other side, what was lost and what is there twice.

    python bench/faults.py [FAULT...]

Each fault happens to a process of its own that sends to a fresh local store; what it leaves behind is delivered by two
processes at once. Exits with 1 where something is lost and not counted, or there twice.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from verspan.spool.conformance.faults import FAULTS
from verspan.spool.conformance.table import FaultRow, Subject, put_through
from verspan.store.opening import open_store
from verspan.traces.model import TraceQuery

TIMES = {"kill -9": 200, "processes at once": 200, "os.fork": 20, "multiprocessing fork": 20}
TIMES_OTHERWISE = 200
SPOOLS = {"no folder": "/dev/null/spool"}
PAGE = 5000


def stored_names(url: str) -> list[str]:
    """The names of the root spans in a store, which are all that the faults make."""
    store = open_store(url, create=False)
    names: list[str] = []
    token = None
    while True:
        page = store.find_traces(TraceQuery(limit=PAGE, page_token=token))
        names += [trace.name for trace in page.traces]
        token = page.next_page_token
        if token is None:
            store.close()
            return names


def rows(faults: Sequence[str]) -> Iterator[FaultRow]:
    """Each fault with a store of its own."""
    for fault in faults:
        with tempfile.TemporaryDirectory(prefix="verspan-faults-") as place:
            folder = Path(place, "store")
            url = f"sqlite:///{folder}/store.db"
            environment = {"VERSPAN_STORE": url}
            if fault in SPOOLS:
                environment["VERSPAN_SPOOL"] = SPOOLS[fault]
            if fault == "destination down":
                folder.write_text("in the way")
            subject = Subject("local", environment, partial(stored_names, url), partial(clear_the_way, folder))
            yield put_through(fault, TIMES.get(fault, TIMES_OTHERWISE), subject, Path(place))


def clear_the_way(folder: Path) -> None:
    """Let there be a store where something stood in its way."""
    if folder.is_file():
        folder.unlink()


def main(faults: Sequence[str]) -> int:
    """Print the table; gives the exit code."""
    print(f"{'fault':24}{'ended':>10}{'arrived':>10}{'lost':>8}{'twice':>8}{'said to be lost':>18}")
    code = 0
    for row in rows(faults or list(FAULTS)):
        print(f"{row.fault:24}{row.ended:10}{row.arrived:10}{row.lost:8}{row.duplicated:8}{row.counted:18}", flush=True)
        code = code or int(row.lost != row.counted or row.duplicated > 0)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
