"""The local store: committed spans per second, bytes per span, and how long reading takes at 100,000 spans.

Speed is also given as a ratio to what plain ``sqlite3`` does with the same bytes in the same run, since a machine's own
speed says nothing about the code. Blocks of both are interleaved, and the median block counts.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from verspan import semconv
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.traces.model import SpanRecord, TraceQuery
from verspan.versions.identity import model_id_for

BATCH = 512  # spans that are handed over at once
LARGE_BATCH = 2_048  # likewise, where it is given more of what waits
BLOCK = 2_048
START_NS = 1_790_000_000_000_000_000
VERSIONS = [f"customer_support_agent-{number:08x}" for number in range(20)]
SYLLABLES = (
    *("ba", "con", "ter", "in", "re", "pro", "mi", "sta", "tion", "ly", "er", "ment"),
    *("ou", "si", "ple", "able", "ing", "ed", "un", "pre", "lo", "cal", "ti", "on"),
)
RESOURCE = {
    "service.name": "customer-support",
    "service.version": "2.3.1",
    "telemetry.sdk.language": "python",
    "telemetry.sdk.name": "opentelemetry",
    "telemetry.sdk.version": "1.45.1",
    "host.name": "worker-7",
    "process.pid": 4711,
}


class Language:
    """Sentences of a few thousand words, the frequent ones frequent as in English."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same text in every run
        words = {"".join(self.random.choices(SYLLABLES, k=self.random.choice((1, 2, 2, 3, 3, 4)))) for _ in range(9000)}
        self.words = sorted(words)[:4000]
        self.random.shuffle(self.words)
        self._weights = list(itertools.accumulate(1 / (rank + 3) ** 0.95 for rank in range(len(self.words))))

    def text(self, characters: int) -> str:
        """Sentences of about this length."""
        words = self.random.choices(self.words, cum_weights=self._weights, k=characters // 5)
        for position in range(0, len(words), 11):
            words[position] = words[position].capitalize() if position == 0 else f". {words[position].capitalize()}"
        return " ".join(words)[:characters].replace(" .", ".") + "."


def message(role: str, text: str) -> dict[str, object]:
    """A message of one text."""
    return {"role": role, "parts": [{"type": "text", "content": text}]}


class Traffic:
    """Chat spans as the OpenAI instrumentor makes them; a new version comes every so many, one in ten calls ahead."""

    def __init__(self, seed: int, calls_of_a_version: int) -> None:
        self._calls_of_a_version = calls_of_a_version
        self._calls = 0
        self.language = Language(seed)
        self.random = self.language.random
        self._system = message("system", self.language.text(600))
        self._now_ns = START_NS

    def chats(self, count: int) -> list[SpanRecord]:
        """Distinct calls: one system prompt, a question and an answer of their own."""
        return [
            self.call([self._system, message("user", self.language.text(700))], self.language.text(700))
            for _ in range(count)
        ]

    def agent(self, turns: int) -> list[SpanRecord]:
        """One trace whose every turn resends the whole history."""
        trace_id, history = self._hex(16), [self._system]
        spans: list[SpanRecord] = []
        for _ in range(turns):
            history.append(message("user", self.language.text(700)))
            answer = self.language.text(700)
            spans.append(self.call(history, answer, trace_id, spans[0].span_id if spans else None))
            history.append(message("assistant", answer))
        return spans

    def call(
        self, history: Sequence[object], answer: str, trace_id: str | None = None, parent: str | None = None
    ) -> SpanRecord:
        """One call of a model."""
        self._now_ns += self.random.randrange(1_000_000, 400_000_000)
        self._calls += 1
        version = self._version()
        reply = [{**message("assistant", answer), "finish_reason": "stop"}]
        return SpanRecord(
            trace_id=trace_id or self._hex(16),
            span_id=self._hex(8),
            parent_span_id=parent,
            name="chat gpt-4o-mini",
            kind="CLIENT",
            start_ns=self._now_ns,
            end_ns=self._now_ns + int(self.random.lognormvariate(20.5, 0.6)),
            attributes={
                semconv.LOGGED_MODEL_ID: model_id_for("bench", version),
                semconv.LOGGED_MODEL_NAME: version,
                semconv.GEN_AI_OPERATION_NAME: "chat",
                semconv.GEN_AI_PROVIDER_NAME: "openai",
                semconv.GEN_AI_REQUEST_MODEL: "gpt-4o-mini",
                semconv.GEN_AI_REQUEST_TEMPERATURE: 0.7,
                semconv.GEN_AI_REQUEST_MAX_TOKENS: 1000,
                semconv.GEN_AI_RESPONSE_MODEL: "gpt-4o-mini-2024-07-18",
                semconv.GEN_AI_RESPONSE_ID: f"chatcmpl-{self._hex(14)}",
                semconv.GEN_AI_RESPONSE_FINISH_REASONS: ("stop",),
                semconv.GEN_AI_USAGE_INPUT_TOKENS: self.random.randrange(200, 3000),
                semconv.GEN_AI_USAGE_OUTPUT_TOKENS: self.random.randrange(50, 900),
                semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: 0,
                semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: 0,
                semconv.OPENAI_API_TYPE: "chat_completions",
                semconv.OPENAI_RESPONSE_SERVICE_TIER: "default",
                semconv.OPENAI_RESPONSE_SYSTEM_FINGERPRINT: "fp_560af6e559",
                semconv.SERVER_ADDRESS: "api.openai.com",
                semconv.SERVER_PORT: 443,
                semconv.GEN_AI_INPUT_MESSAGES: orjson.dumps(history).decode(),
                semconv.GEN_AI_OUTPUT_MESSAGES: orjson.dumps(reply).decode(),
            },
            resource=RESOURCE,
            scope_name="verspan_openai",
            scope_version="0.1.0",
        )

    def _version(self) -> str:
        ahead = self.random.random() < 0.1
        return VERSIONS[min(self._calls // self._calls_of_a_version + ahead, len(VERSIONS) - 1)]

    def _hex(self, length: int) -> str:
        return self.random.randbytes(length).hex()


def serialised(span: SpanRecord) -> bytes:
    """A span as one JSON object, what it weighs on the wire and in the plain table."""
    return orjson.dumps(span)


def in_batches(write: Callable[[Sequence[Any]], object], rows: Sequence[Any], size: int = BATCH) -> None:
    """Write rows in batches, by default as an exporter hands them over."""
    for start in range(0, len(rows), size):
        write(rows[start : start + size])


class PlainTable:
    """The yardstick: one table, one index, the span as JSON."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("CREATE TABLE spans (trace_id TEXT, span_id TEXT, start_ns INTEGER, body BLOB)")
        self._connection.execute("CREATE INDEX by_id ON spans (trace_id, span_id)")

    def write(self, rows: Sequence[tuple[str, str, int, bytes]]) -> None:
        """Commit a batch."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO spans VALUES (?, ?, ?, ?)", rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def seconds(action: Callable[[], object]) -> float:
    """How long an action takes."""
    before = time.perf_counter()
    action()
    return time.perf_counter() - before


def size_of(folder: Path) -> int:
    """Bytes of the store's file once everything is in it."""
    with closing(sqlite3.connect(folder / "verspan.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (folder / "verspan.db").stat().st_size


@dataclass
class Writing:
    """Seconds of each block, written in batches of a size."""

    batch: int = BATCH
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def add(self, write: Callable[[Sequence[Any]], object], rows: Sequence[Any]) -> None:
        """Measure one block."""
        processor = time.process_time()
        self.wall.append(seconds(partial(in_batches, write, rows, self.batch)))
        self.processor.append(time.process_time() - processor)

    @property
    def per_second(self) -> float:
        """Rows of the median block per second."""
        return BLOCK / statistics.median(self.wall)

    @property
    def processor_us(self) -> float:
        """Processor time of a row of the median block, in microseconds."""
        return 1e6 * statistics.median(self.processor) / BLOCK

    def rows(self, name: str, target: str = "") -> Iterator[tuple[str, str, str]]:
        """A row of each figure."""
        yield f"{name}, {self.batch:,} at once", f"{self.per_second:,.0f}/s", target
        yield "    processor time of each", f"{self.processor_us:,.0f} µs", ""


def measure_writing(store: Store, plain: PlainTable, traffic: Traffic, count: int) -> Iterator[tuple[str, str, str]]:
    """Spans per second of the store and of the plain table, in interleaved blocks."""
    usual, large, theirs, weight = Writing(), Writing(LARGE_BATCH), Writing(), 0
    for block in range(count // BLOCK):
        spans = traffic.chats(BLOCK)
        rows = [(span.trace_id, span.span_id, span.start_ns, serialised(span)) for span in spans]
        weight += sum(len(row[3]) for row in rows)
        (large if block % 2 else usual).add(store.write_spans, spans)
        theirs.add(plain.write, rows)
    store.write_spans(traffic.chats(count % BLOCK))
    yield "JSON of a span", f"{weight / len(theirs.wall) / BLOCK:,.0f} B", ""
    yield from usual.rows("spans committed", "10,000/s")
    yield from large.rows("spans committed", "10,000/s")
    yield from theirs.rows("plain sqlite3")
    yield "ratio", f"{usual.per_second / theirs.per_second:.2f}", ""


def measure_agents(folder: Path, agents: int, turns: int) -> tuple[float, float]:
    """Bytes per agent in the store, and the bytes of its unique messages."""
    traffic = Traffic(seed=2, calls_of_a_version=1_000)
    store = open_store(f"sqlite:///{folder / 'verspan.db'}")
    in_batches(store.write_spans, traffic.chats(4000))  # so that the store has its dictionary
    before, unique = size_of(folder), 0
    for _ in range(agents):
        spans = traffic.agent(turns)
        attributes = spans[-1].attributes
        unique += len(attributes[semconv.GEN_AI_INPUT_MESSAGES]) + len(attributes[semconv.GEN_AI_OUTPUT_MESSAGES])
        for start in range(0, turns, 4):
            store.write_spans(spans[start : start + 4])
    store.close()
    return (size_of(folder) - before) / agents, unique / agents


def median_ms(action: Callable[[], object], repetitions: int = 21) -> float:
    """The median time of an action, in milliseconds."""
    return 1000 * statistics.median(seconds(action) for _ in range(repetitions))


def reading_rows(store: Store, traffic: Traffic) -> Iterator[tuple[str, str, str]]:
    """What reading takes, a row for each kind."""
    ids = [model_id_for("bench", version) for version in VERSIONS]
    words = traffic.language.words
    listed = store.find_traces(TraceQuery(model_ids=ids[:1])).traces
    cases: list[tuple[str, str, Callable[[], object]]] = [
        ("list newest 50", "10 ms", lambda: store.find_traces(TraceQuery())),
        ("list by version", "10 ms", lambda: store.find_traces(TraceQuery(model_ids=ids[:1]))),
        ("list by two versions", "10 ms", lambda: store.find_traces(TraceQuery(model_ids=ids[:2]))),
        ("one trace", "10 ms", lambda: store.get_trace(listed[0].trace_id)),
        ("figures of two versions", "50 ms", lambda: store.figures(ids[:2])),
        ("text: rare word", "50 ms", lambda: store.find_traces(TraceQuery(text=words[-1]))),
        ("text: usual word", "50 ms", lambda: store.find_traces(TraceQuery(text=words[300]))),
        ("text: word of most traces", "50 ms", lambda: store.find_traces(TraceQuery(text=words[0]))),
        ("text: two usual words", "50 ms", lambda: store.find_traces(TraceQuery(text=f"{words[300]} {words[200]}"))),
        (
            "text: usual word of a version",
            "50 ms",
            lambda: store.find_traces(TraceQuery(text=words[300], model_ids=ids[:1])),
        ),
    ]
    for name, target, action in cases:
        yield name, f"{median_ms(action):.2f} ms", target


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spans", type=int, default=100_000, help="spans in the store when reading is measured")
    parser.add_argument("--folder", type=Path, help="where to put the files; a temporary folder by default")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        traffic = Traffic(seed=1, calls_of_a_version=arguments.spans // len(VERSIONS))
        store = open_store(f"sqlite:///{folder / 'chats' / 'verspan.db'}")
        with closing(PlainTable(folder / "plain.db")) as plain, closing(store):
            rows = [
                *measure_writing(store, plain, traffic, arguments.spans),
                ("store per span", f"{size_of(folder / 'chats') / arguments.spans:,.0f} B", "1,200 B"),
                *reading_rows(store, traffic),
            ]
        per_agent, unique = measure_agents(folder / "agents", agents=20, turns=40)
        rows.append(("40-turn agent to its unique content", f"{per_agent / unique:.2f}", "2"))
    for row in rows:
        print("{:36} {:>24} {:>12}".format(*row))


if __name__ == "__main__":
    main()
