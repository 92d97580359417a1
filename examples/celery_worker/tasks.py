"""A worker that names no version of its own: its tasks belong to the version of whoever sends them.

The broker and the results are folders here, so that nothing else need run; with Redis or RabbitMQ all else is the same.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import openai
from celery import Celery  # type: ignore[import-untyped]  # it has no types
from opentelemetry.instrumentation.celery import CeleryInstrumentor

import verspan

BROKER = Path(os.environ.get("BROKER", Path(tempfile.gettempdir()) / "verspan-celery-worker"))
RESULTS = BROKER / "results"
RESULTS.mkdir(parents=True, exist_ok=True)
FOLDERS = {"data_folder_in": str(BROKER), "data_folder_out": str(BROKER), "control_folder": str(BROKER / "control")}

app = Celery("tasks", broker="filesystem://", backend=RESULTS.as_uri(), broker_transport_options=FOLDERS)

verspan.set_experiment("examples")
verspan.autolog()
CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]  # the package left it untyped


@app.task  # type: ignore[untyped-decorator]  # likewise
def summarise(conversation: str) -> str:
    """Have the model say in a line what a customer wanted."""
    with openai.OpenAI() as client:
        completion = client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": f"In one line: {conversation}"}]
        )
    return completion.choices[0].message.content or ""
