"""Prompts: registering, loading and formatting, in microseconds of the processor.

    python bench/prompts.py

Both have the same functions, so that MLflow does the very same work, where ``.venv-mlflow`` has it (see
``versions.py``); each on a SQLite file of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from version_cases import processor_ms

ROUNDS = 50
TEXT = f"You work for {{{{ shop }}}}. {'Be polite and brief. ' * 50}Question: {{{{ question }}}}"
PEER = Path(__file__).parents[1] / ".venv-mlflow" / "bin" / "python"
TURNS = 20


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VERSPAN_STORE"] = str(Path(folder) / "verspan.db")
        import verspan

        verspan.set_active_model(name="bench")
        own = {**measured(verspan), "look for the prompt of a call": looking_us()}
        verspan.flush()
    peer = peers()
    print(f"{'a prompt of 1 kB, CPU us':40} {'verspan':>10} {'mlflow':>10}")
    for what, figure in own.items():
        print(f"{what:40} {figure:10.1f} {f'{peer[what]:10.1f}' if what in peer else '-':>10}")


def measured(library: Any) -> dict[str, float]:
    """Microseconds of each figure; the library is Verspan, or what MLflow has of the same names."""
    library.register_prompt("support", TEXT)
    prompt = library.load_prompt("support", version=1)
    actions: dict[str, Callable[[], object]] = {
        "register a version": lambda: library.register_prompt("support", TEXT, commit_message="again"),
        "load from the store": partial(library.load_prompt, "support", version=1, cache_ttl_seconds=0),
        "load again": partial(library.load_prompt, "support", version=1),
        "format": partial(prompt.format, shop="tea", question="How long?"),
    }
    return {what: processor_ms(action, ROUNDS) * 1e3 for what, action in actions.items()}


def looking_us() -> float:
    """Microseconds that a call with a history of twenty turns takes more, once prompts are used."""
    from verspan.instrumentation.serialising import from_snapshot, snapshot
    from verspan.prompts.requests import attributes_of_request

    turns = [{"role": "user", "content": f"{turn} {'words and more ' * 60}"} for turn in range(TURNS)]
    body = snapshot({"model": "gpt-4o-mini", "messages": turns})
    return processor_ms(lambda: attributes_of_request(from_snapshot(body)), ROUNDS) * 1e3


def peers() -> dict[str, float]:
    """MLflow's microseconds of each figure; none where it is not installed."""
    if not PEER.exists():
        return {}
    printed = subprocess.run([PEER, __file__, "mlflow"], check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(printed.splitlines()[-1])
    return figures


def measured_mlflow() -> dict[str, float]:
    """The same of MLflow, in the interpreter that has it."""
    import mlflow

    with tempfile.TemporaryDirectory() as folder:
        mlflow.set_tracking_uri(f"sqlite:///{Path(folder) / 'mlflow.db'}")
        return measured(mlflow.genai)


if __name__ == "__main__":
    if sys.argv[1:] == ["mlflow"]:
        print(json.dumps(measured_mlflow()))
    else:
        main()
