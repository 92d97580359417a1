"""What an image of 20 MB in base64 costs a call, in a request and in an answer, beside one look at each of its bytes.

    python bench/payloads.py [MEGABYTES]

`bare` is the client's own CPU on the calling thread, `added` what instrumentation adds to it, in milliseconds; `a pass`
is SHA-256 over the same base64. The best of several, since others use the machine too.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import openai
import orjson

import verspan
from verspan_openai import OpenAIInstrumentor

MEGABYTES = 20
ROUNDS = 7


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    megabytes = int(arguments[0]) if arguments else MEGABYTES
    image = base64.b64encode(os.urandom(megabytes * 1_000_000 * 3 // 4)).decode()
    one_pass = min(_spent_ms(lambda: hashlib.sha256(image.encode())) for _ in range(ROUNDS))
    with tempfile.TemporaryDirectory() as folder:
        verspan.configure(store=Path(folder) / "bench.db", exporters=["local"])
        verspan.set_active_model(name="bench")
        verspan.openai.autolog()
        print(f"{f'{megabytes} MB of base64, ms':40} {'bare':>10} {'added':>10} {'a pass':>10}")
        for name, call in _calls(image).items():
            bare, traced = measure(call)
            print(f"{name:40} {bare:10.1f} {traced - bare:10.1f} {one_pass:10.1f}")
        verspan.flush(60.0)


def measure(call: Callable[[], Any]) -> tuple[float, float]:
    """The least CPU of the calling thread, in milliseconds, without instrumentation and with it."""
    spent: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for traced in (False, True):
            OpenAIInstrumentor().uninstrument()
            if traced:
                OpenAIInstrumentor().instrument()
            spent[traced].append(_spent_ms(call))
    return min(spent[False]), min(spent[True])


def _spent_ms(work: Callable[[], Any]) -> float:
    started = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - started) / 1e6


def _calls(image: str) -> dict[str, Callable[[], Any]]:
    images = orjson.dumps({"created": 1, "data": [{"b64_json": image}], "usage": {"input_tokens": 9}})
    answers = {
        "/v1/chat/completions": b'{"id": "c", "object": "chat.completion", "choices": []}',
        "/v1/responses": b'{"id": "r", "object": "response", "status": "completed", "output": []}',
        "/v1/images/generations": images,
    }
    transport = httpx2.MockTransport(
        lambda request: httpx2.Response(
            200, headers={"content-type": "application/json"}, content=answers[request.url.path]
        )
    )
    http = httpx2.Client(transport=transport)
    client = openai.OpenAI(api_key="bench", base_url="http://127.0.0.1:9/v1", http_client=http)
    url = f"data:image/png;base64,{image}"
    chat: Any = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]
    asked: Any = [{"role": "user", "content": [{"type": "input_image", "image_url": url}]}]
    return {
        "chat, in the request": lambda: client.chat.completions.create(model="gpt-4o", messages=chat),
        "responses, in the request": lambda: client.responses.create(model="gpt-4o", input=asked),
        "images, in the answer": lambda: client.images.generate(model="gpt-image-1", prompt="A teapot"),
        "images, in a raw answer": lambda: client.images.with_raw_response.generate(
            model="gpt-image-1", prompt="A pot"
        ),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
