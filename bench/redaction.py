"""Redaction: microseconds per kB of text, and how many times that is what one look at every character takes.

A machine's own speed says nothing about the rules, so each is also given as a ratio to a regular expression that reads
the whole text and finds nothing. Processor time is measured, rounds are interleaved, and the median counts.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable

import orjson
from store import Language

from verspan.redaction import Redactor

_ROUNDS = 21
_RULES = (["keys"], ["email"], ["phone"], ["card"], ["keys", "email", "phone", "card"])
_NOTHING = re.compile("[\x00\x01]")


def main() -> None:
    """Measure and print the table."""
    print("redaction, us per kB (times a look at every character)")
    texts = _texts()
    print(f"{'':30}", *(f"{name:>22}" for name in texts))
    for rules in _RULES:
        redactor = Redactor(rules)
        figures = [
            _measured(redactor.json if isinstance(text, bytes) else redactor.text, text) for text in texts.values()
        ]
        print(f"{', '.join(rules):30}", *(f"{figure:>22}" for figure in figures))


def _texts() -> dict[str, str | bytes]:
    language = Language(7)
    prose = language.text(20_000)
    personal = " ".join(
        f"{language.text(300)} Mail ann{number}@example.com, call +1 555 010 {4000 + number}, card 4111 1111 1111 1111."
        for number in range(50)
    )
    turns = [{"role": "user", "parts": [{"type": "text", "content": language.text(700)}]} for _ in range(30)]
    return {"prose": prose, "full of personal data": personal, "a history as JSON": orjson.dumps(turns)}


def _measured(redact: Callable[..., object], text: str | bytes) -> str:
    plain = text.decode() if isinstance(text, bytes) else text
    times, bare = [], []
    for _ in range(_ROUNDS):
        times.append(_seconds(redact, text))
        bare.append(_seconds(_NOTHING.search, plain))
    seconds, look = statistics.median(times), statistics.median(bare)
    return f"{seconds * 1e6 / (len(text) / 1024):.1f} ({seconds / look:.1f}x)"


def _seconds(function: Callable[..., object], text: str | bytes) -> float:
    started = time.thread_time()
    function(text)
    return time.thread_time() - started


if __name__ == "__main__":
    main()
