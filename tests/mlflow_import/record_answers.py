"""Records what a real MLflow server answers to an import, for tests that replay it; it is run by hand.

::

    mlflow server --backend-store-uri sqlite:///FOLDER/mlflow.db --port 5055
    python tests/mlflow_import/record_answers.py http://127.0.0.1:5055

FOLDER's store is the one that ``make_store.py`` made. ``mlflow-VERSION.answers.json`` beside this file has the answers,
by the request's path and body.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from verspan.mlflow_import.server import Server


class RecordingServer(Server):
    """A source that remembers every answer."""

    answers: dict[str, Any] = {}  # noqa: RUF012 - one recording is made

    def _asked(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answer = super()._asked(path, body)
        self.answers[asked(path, body)] = answer
        return answer


def asked(path: str, body: Mapping[str, Any] | None) -> str:
    """What an answer is found by."""
    return path if body is None else f"{path} {json.dumps(body, sort_keys=True)}"


def main(url: str) -> None:
    """Read everything, and write down what was answered."""
    source = RecordingServer(url)
    for experiment in source.experiments():
        list(source.models(experiment))
        list(source.traces(experiment))
    with urlopen(f"{url}/version") as answer:  # noqa: S310 - the address that was typed
        version = answer.read().decode()
    recorded = Path(__file__).with_name(f"mlflow-{version}.answers.json")
    recorded.write_text(json.dumps(source.answers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
