"""Which version each span gets, with the real SDK, wherever the span is started."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import pytest
from opentelemetry.context import Context
from opentelemetry.instrumentation.threading import ThreadingInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.trace import Tracer

from verspan.context import active_version
from verspan.versions.active import active_model, clear_active_model, set_active_model

MakeSpan = Callable[[str], None]


class Recorded(SpanProcessor):
    """Stamps the version in ``on_start``, as Verspan's own processor does, and keeps what ended."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str | None]] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Stamp."""
        version = active_version(parent_context)
        span.set_attribute("version", "none" if version is None else str(version.name))

    def on_end(self, span: ReadableSpan) -> None:
        """Keep the name and the version."""
        self.pairs.append((span.name, str((span.attributes or {})["version"])))

    def as_dict(self) -> dict[str, str | None]:
        """Versions by the span's name, where each has its own."""
        assert len({name for name, _ in self.pairs}) == len(self.pairs)
        return dict(self.pairs)


@pytest.fixture
def recorded() -> Recorded:
    """What ended."""
    return Recorded()


@pytest.fixture
def tracer(recorded: Recorded) -> Iterator[Tracer]:
    """Makes spans that are recorded."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(recorded)
    yield provider.get_tracer("test")
    provider.shutdown()


@pytest.fixture
def carried_into_threads() -> Iterator[None]:
    """OpenTelemetry's threading instrumentation is on."""
    instrumentor = ThreadingInstrumentor()
    instrumentor.instrument()
    yield
    instrumentor.uninstrument()


@pytest.fixture
def span(tracer: Tracer) -> Callable[[str], None]:
    """Makes a span of this name, here and now."""
    return lambda name: tracer.start_span(name).end()


def test_process_default_in_threads(span: MakeSpan, recorded: Recorded) -> None:
    """The process's version is seen by threads and pool workers that were started before it was set, and after."""
    orders: SimpleQueue[str | None] = SimpleQueue()

    def work() -> None:
        while (name := orders.get()) is not None:
            span(name)

    early = threading.Thread(target=work)
    early.start()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(span, "pool, nothing set").result()
        set_active_model(name="A")
        pool.submit(span, "early pool").result()
        orders.put("early thread")
        orders.put(None)
        early.join()
        late = threading.Thread(target=span, args=("late thread",))
        late.start()
        late.join()
        with ThreadPoolExecutor(1) as late_pool:
            late_pool.submit(span, "late pool").result()
        set_active_model(name="B")
        pool.submit(span, "pool, another set").result()
    assert recorded.as_dict() == {
        "pool, nothing set": "none",
        "early pool": "A",
        "early thread": "A",
        "late thread": "A",
        "late pool": "A",
        "pool, another set": "B",
    }


def test_set_in_another_thread(span: MakeSpan, recorded: Recorded) -> None:
    """A version that any thread sets is the whole process's, and outlives the thread."""
    setter = threading.Thread(target=set_active_model, kwargs={"name": "A"})
    setter.start()
    setter.join()
    span("main")
    assert recorded.as_dict() == {"main": "A"}


def test_blocks_of_threads(span: MakeSpan, recorded: Recorded) -> None:
    """Blocks of several threads that overlap keep to their own version, and the process keeps its."""
    set_active_model(name="process")
    inside = threading.Barrier(3)

    def work(name: str) -> None:
        with set_active_model(name=name):
            inside.wait()
            span(f"inside {name}")
            inside.wait()
        span(f"after {name}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "ABC"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    span("main")
    assert recorded.as_dict() == {
        **{f"inside {name}": name for name in "ABC"},
        **{f"after {name}": "process" for name in "ABC"},
        "main": "process",
    }


async def test_tasks(span: MakeSpan, recorded: Recorded) -> None:
    """Three tasks under three versions, their awaits interleaved, have each its own, children included."""

    async def answer(name: str) -> None:
        with set_active_model(name=name):
            for step in range(3):
                span(f"{name}{step}")
                await asyncio.sleep(0)
            await asyncio.gather(*(child(f"{name} child {number}") for number in range(2)))
        span(f"{name} after")

    async def child(name: str) -> None:
        await asyncio.sleep(0)
        span(name)

    await asyncio.gather(*(asyncio.create_task(answer(name)) for name in "ABC"))
    expected = {f"{name}{suffix}": name for name in "ABC" for suffix in ("0", "1", "2", " child 0", " child 1")}
    assert recorded.as_dict() == expected | {f"{name} after": "none" for name in "ABC"}


async def test_canary(tracer: Tracer, recorded: Recorded) -> None:
    """A hundred concurrent traces of two versions, two spans each, have all the version that they ran under."""

    async def request(number: int) -> None:
        with active_model(f"v{number % 2}"), tracer.start_as_current_span(f"root {number % 2}"):
            await asyncio.sleep(0)
            await call(number)

    async def call(number: int) -> None:
        await asyncio.sleep(0)
        with tracer.start_as_current_span(f"call {number % 2}"):
            await asyncio.sleep(0)

    await asyncio.gather(*map(request, range(100)))
    assert Counter(recorded.pairs) == {(f"{what} {v}", f"v{v}"): 50 for what in ("root", "call") for v in (0, 1)}


async def test_task_that_outlives_its_block(span: MakeSpan, recorded: Recorded) -> None:
    """A task that was started inside a block keeps the block's version after the block has ended."""
    ended = asyncio.Event()

    async def late() -> None:
        await ended.wait()
        span("late")

    with active_model("A"):
        task = asyncio.create_task(late())
    span("outside")
    ended.set()
    await task
    assert recorded.as_dict() == {"outside": "none", "late": "A"}


async def test_callbacks(span: MakeSpan, recorded: Recorded) -> None:
    """Callbacks of the event loop and of asyncio's futures have the version of where they were asked for."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    done = asyncio.Event()
    with active_model("A"):
        loop.call_soon(span, "call_soon")
        loop.call_later(0, span, "call_later")
        future.add_done_callback(lambda _: span("add_done_callback"))
        await asyncio.to_thread(span, "to_thread")
    with active_model("B"):
        future.set_result(None)
        loop.call_soon(loop.call_later, 0, done.set)
    await done.wait()
    assert recorded.as_dict() == dict.fromkeys(("call_soon", "call_later", "add_done_callback", "to_thread"), "A")


@pytest.mark.usefixtures("carried_into_threads")
async def test_carried_into_threads(span: MakeSpan, recorded: Recorded) -> None:
    """Threads, timers and pool tasks started inside a block have its version; later tasks of a worker have not."""
    set_active_model(name="process")
    with ThreadPoolExecutor(1) as pool:
        with active_model("A"):
            threads = [threading.Thread(target=span, args=("thread",)), threading.Timer(0, span, ("timer",))]
            for thread in threads:
                thread.start()
            pool.submit(span, "pool").result()
            await asyncio.get_running_loop().run_in_executor(pool, span, "executor")
        for thread in threads:
            thread.join()
        pool.submit(span, "pool after").result()
        await asyncio.get_running_loop().run_in_executor(pool, span, "executor after")
    assert recorded.as_dict() == {
        **dict.fromkeys(("thread", "timer", "pool", "executor"), "A"),
        **dict.fromkeys(("pool after", "executor after"), "process"),
    }


def test_dead_threads(span: MakeSpan, recorded: Recorded) -> None:
    """What a thread had active in a block is gone with it: its successor under the same number has nothing of it."""
    numbers = set()

    def leave_open() -> None:
        numbers.add(threading.get_ident())
        active_model("A").__enter__()  # and the thread ends inside the block

    def look() -> None:
        numbers.add(threading.get_ident())
        span("successor")

    for target in (leave_open, look):
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()
    span("main")
    assert recorded.as_dict() == {"successor": "none", "main": "none"}


def test_generators(span: MakeSpan, recorded: Recorded) -> None:
    """Spans of a decorated generator have its version, those that its consumer makes between its steps have not."""

    @active_model("A")
    def produce() -> Generator[int, None, None]:
        for step in range(2):
            span(f"produced {step}")
            yield step

    with active_model("B"):
        for step in produce():
            span(f"consumed {step}")
    expected = {"produced 0": "A", "consumed 0": "B", "produced 1": "A", "consumed 1": "B"}
    assert recorded.as_dict() == expected


async def test_async_generators(span: MakeSpan, recorded: Recorded) -> None:
    """Likewise for async generators, consumed by several tasks at once."""

    @active_model("A")
    async def produce(name: str) -> AsyncGenerator[int, None]:
        for step in range(2):
            await asyncio.sleep(0)
            span(f"{name} produced {step}")
            yield step

    async def consume(name: str) -> None:
        with active_model(name):
            async for step in produce(name):
                await asyncio.sleep(0)
                span(f"{name} consumed {step}")

    await asyncio.gather(*map(consume, "BCD"))
    assert recorded.as_dict() == {
        f"{name} {what} {step}": version
        for name in "BCD"
        for step in range(2)
        for what, version in (("produced", "A"), ("consumed", name))
    }


def test_generator_stepped_by_many_threads(span: MakeSpan, recorded: Recorded) -> None:
    """A decorated generator may take each step in another thread, as web frameworks do with a streamed reply."""

    @active_model("A")
    def produce() -> Generator[int, None, None]:
        for step in range(3):
            span(f"produced {step}")
            yield step

    steps = produce()

    def consume(number: int) -> None:
        next(steps)
        span(f"consumed {number}")

    for number in range(3):
        thread = threading.Thread(target=consume, args=(number,))
        thread.start()
        thread.join()
    versions = {"produced": "A", "consumed": "none"}
    assert recorded.as_dict() == {f"{what} {n}": version for n in range(3) for what, version in versions.items()}


def test_explicit_parent_context(tracer: Tracer, recorded: Recorded) -> None:
    """A span that is started in a context given to it has the version of that context."""
    from opentelemetry.context import get_current

    with active_model("A"):
        context = get_current()
    with active_model("B"):
        tracer.start_span("given", context).end()
    assert recorded.as_dict() == {"given": "A"}


@pytest.mark.parametrize("by", ["name", "id"])
def test_children_by_environment(by: str) -> None:
    """A child process has the version that the environment names, until it sets its own."""
    parent = set_active_model(name="A")
    script = (
        "import verspan\n"
        "print(verspan.get_active_model_id())\n"
        "verspan.set_active_model(name='B')\n"
        "print(verspan.get_active_model_id())\n"
        "verspan.clear_active_model()\n"
        "print(verspan.get_active_model_id())\n"
    )
    environment = {
        "VERSPAN_ACTIVE_MODEL": parent.name if by == "name" else parent.model_id,
        "VERSPAN_EXPORTERS": "otlp",
    }
    said = subprocess.check_output([sys.executable, "-c", script], env=os.environ | environment, text=True).split()
    own = set_active_model(name="B")
    assert said == [parent.model_id, own.model_id, "None"]


def test_cleared(span: MakeSpan, recorded: Recorded) -> None:
    """After clearing, spans have no version."""
    set_active_model(name="A")
    clear_active_model()
    span("main")
    assert recorded.as_dict() == {"main": "none"}
