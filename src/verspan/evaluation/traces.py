"""Reading traces back while an evaluation goes on."""

from __future__ import annotations

from typing import Any

from verspan.evaluation.rows import row_of_trace
from verspan.runtime import flush
from verspan.store.interface import Store
from verspan.traces.model import Trace

_SECONDS_TO_FLUSH = 10.0


def read_trace(store: Store, trace_id: str) -> Trace | None:
    """A trace with what has ended in this process until now; None where the store has it not."""
    flush(_SECONDS_TO_FLUSH)
    return store.get_trace(trace_id)


def read_outputs(store: Store, trace_id: str) -> Any:
    """What a trace answered; None where it is not known."""
    trace = read_trace(store, trace_id)
    return None if trace is None else row_of_trace(trace).outputs
