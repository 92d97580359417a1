"""An application that tests run in processes of their own: its provider, and spans made wherever code can run."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from verspan.semconv import SPAN_REGISTERED

logging.basicConfig(format="%(levelname)s %(name)s %(message)s")
memory = InMemorySpanExporter()
tracer = trace.get_tracer("tea-shop")


def own_provider() -> TracerProvider:
    """The provider of an application that had tracing before."""
    provider = TracerProvider(resource=Resource({"service.name": "tea-shop"}))
    provider.add_span_processor(SimpleSpanProcessor(memory))
    return provider


def make(name: str) -> None:
    """Make a span with a plain tracer."""
    with tracer.start_as_current_span(name):
        pass


def show() -> None:
    """Print the attributes of every span that the application's own exporter was given, by name.

    A version's own span is left out: it comes from the background, at any time.
    """
    spans = [span for span in memory.get_finished_spans() if span.name != SPAN_REGISTERED]
    print(json.dumps({span.name: dict(span.attributes or {}) for span in spans}))  # noqa: T201


class EarlyStarters:
    """A thread and a pool that run before anything is set up."""

    def __init__(self) -> None:
        self._go_on = threading.Event()
        self._thread = threading.Thread(target=self._wait)
        self._thread.start()
        self._pool = ThreadPoolExecutor()
        self._pool.submit(int).result()

    def make_spans(self) -> None:
        """Make a span in each."""
        self._pool.submit(make, "early pool").result()
        self._go_on.set()
        self._thread.join()

    def _wait(self) -> None:
        self._go_on.wait()
        make("early thread")


def make_everywhere() -> None:
    """Make a span in a thread, a timer, a pool, a generator, tasks, a callback and right here."""
    for thread in (threading.Thread(target=make, args=("thread",)), threading.Timer(0, make, ("timer",))):
        thread.start()
        thread.join()
    with ThreadPoolExecutor() as pool:
        pool.submit(make, "pool").result()
    list(_generator())
    asyncio.run(_tasks())
    make("main")


def _generator() -> Iterator[None]:
    yield
    make("generator")
    yield


async def _tasks() -> None:
    await asyncio.gather(_task("task 1"), _task("task 2"))
    asyncio.get_running_loop().call_soon(make, "callback")
    await asyncio.to_thread(make, "to_thread")


async def _task(name: str) -> None:
    await asyncio.sleep(0)
    make(name)
