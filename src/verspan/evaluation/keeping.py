"""Writing results to the store while the evaluation goes on."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from verspan.evaluation.model import RowResult
from verspan.store.interface import Store

_Kept = tuple[str, RowResult]


class Keeper:
    """Keeps each result as soon as it is there, on a thread of its own: what comes meanwhile is kept together."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: SimpleQueue[_Kept | None] = SimpleQueue()
        self.error: Exception | None = None
        """Why results are kept no longer."""
        self._thread = threading.Thread(target=self._work, name="verspan-evaluate-keeper", daemon=True)
        self._thread.start()

    def keep(self, run_id: str, result: RowResult) -> None:
        """Have a result kept."""
        self._queue.put((run_id, result))

    def close(self) -> None:
        """Wait until everything is kept.

        Raises:
            StoreError: it could not be.
        """
        self._queue.put(None)
        self._thread.join()
        if self.error is not None:
            raise self.error

    def _work(self) -> None:
        ended = False
        while not ended:
            batch, ended = self._waiting()
            try:
                self._write(batch)
            except Exception as error:  # noqa: BLE001 - raised by close, on the thread that asked for the evaluation
                self.error = error
                return

    def _waiting(self) -> tuple[Sequence[_Kept], bool]:
        """All that is there, at least one; and whether nothing comes after it."""
        batch: list[_Kept] = []
        given = self._queue.get()
        while given is not None:
            batch.append(given)
            try:
                given = self._queue.get_nowait()
            except Empty:
                return batch, False
        return batch, True

    def _write(self, batch: Sequence[_Kept]) -> None:
        by_run: dict[str, dict[tuple[str, int], RowResult]] = defaultdict(dict)
        for run_id, result in batch:  # of an answer that has been scored meanwhile, the scored one is the last
            by_run[run_id][result.row_id, result.trial] = result
        # Scores first: a row that is kept as scored has all that is known of it; another's scores are made anew.
        keep_scores(self._store, [result for results in by_run.values() for result in results.values()])
        for run_id, results in by_run.items():
            self._store.evaluations.keep_rows(run_id, list(results.values()))


def keep_scores(store: Store, results: Sequence[RowResult]) -> None:
    """Keep scores as feedback on their traces, where there are traces."""
    scores = [score for result in results for score in result.scores if score.trace_id is not None]
    if scores:
        store.assessments.add(scores)
