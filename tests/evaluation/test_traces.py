"""Evaluating with traces out of a store, in a process that records in it."""

from __future__ import annotations

from pathlib import Path

from tests.processes import said

PROGRAM = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import verspan

class NoSuchParcelError(Exception):
    def __init__(self, *, parcel):  # which cannot be unpickled
        super().__init__(f"no parcel {parcel}")

def answer(question):
    with verspan.start_span("look up"):
        return question.upper()

def ask(question):
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 10}
    with verspan.start_span("chat", attributes=attributes):
        if question == "b":
            raise NoSuchParcelError(parcel=7)
        return question.upper()

@verspan.scorer
def steps(trace):
    return len(trace.spans)

@verspan.scorer
async def loud(outputs):
    return outputs.isupper()

@verspan.scorer
def of_no_version(outputs):
    return verspan.get_active_model_id() is None

if __name__ == "__main__":
    data = verspan.datasets.create_dataset("support", [{"inputs": {"question": each}} for each in "ab"])
    result = verspan.evaluate(data, answer, [steps, loud], "v1")
    print(result.run.dataset_name, dict(result.metrics))
    traces = [verspan.get_trace(row.trace_id) for row in result.rows]
    print(dict(verspan.evaluate(traces, scorers=[loud, steps]).metrics))
    named = [{"inputs": row.inputs, "trace_id": row.trace_id} for row in result.rows]
    print(dict(verspan.evaluate(named, scorers=[loud]).metrics))
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        print(dict(verspan.evaluate(data, answer, [loud, steps], "v1", executor=executor).metrics))
        result = verspan.evaluate(data, ask, [loud], "v1", executor=executor)
        print(result.failures[0].failure, result.spent.calls, result.spent.input_tokens)
    verspan.set_active_model(name="v0")
    print(dict(verspan.evaluate(data, answer, [of_no_version], "v1").metrics))
"""


def test_traces(tmp_path: Path) -> None:
    """Scorers see the answer's trace and are no version's; traces are rows, by id too; functions run in processes."""
    assert said(PROGRAM, tmp_path, VERSPAN_STORE=str(tmp_path / "store.db")) == [
        "support {'loud/mean': 1.0, 'steps/mean': 2.0}",
        "{'loud/mean': 1.0, 'steps/mean': 2.0}",
        "{'loud/mean': 1.0}",
        "{'loud/mean': 1.0, 'steps/mean': 2.0}",
        "RowFailure(error_type='NoSuchParcelError', message='no parcel 7') 2 20",
        "{'of_no_version/mean': 1.0}",
    ]
