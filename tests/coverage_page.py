"""``docs/coverage.md``, made from the whole spans that every instrumentor's tests compare with: nothing else is told.

``python -m tests.coverage_page`` writes it anew, once a snapshot has changed what it tells.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verspan import semconv

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "coverage.md"
_INTRODUCTION = """# Coverage

What each instrumentor captures, operation by operation: what is on the whole spans that its tests compare with, and
that come out of the real client, framework or SDK in the newest and the oldest supported version. The page is made of
them (`python -m tests.coverage_page`), and a test compares the two. Each instrumentor's README tells the rest.

A call of any other endpoint of a client has a span too, by the one method that all its calls pass; here are those of
which a test holds the whole span. *Streams*: a streamed answer is among them; *fails*: a failure is.
"""
_TOKENS = {
    semconv.GEN_AI_USAGE_INPUT_TOKENS: "input",
    semconv.GEN_AI_USAGE_OUTPUT_TOKENS: "output",
    semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: "cached",
    semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS: "cache written",
    semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: "reasoning",
    semconv.GEN_AI_USAGE_AUDIO_INPUT_TOKENS: "sound",
    semconv.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS: "sound",
    semconv.GEN_AI_USAGE_IMAGE_INPUT_TOKENS: "images",
    semconv.GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS: "images",
}
_SAID = {
    semconv.GEN_AI_SYSTEM_INSTRUCTIONS: "instructions",
    semconv.GEN_AI_INPUT_MESSAGES: "input",
    semconv.GEN_AI_OUTPUT_MESSAGES: "output",
    semconv.GEN_AI_TOOL_DEFINITIONS: "tools",
    semconv.GEN_AI_TOOL_CALL_ARGUMENTS: "arguments",
    semconv.GEN_AI_TOOL_CALL_RESULT: "result",
    "gen_ai.retrieval.query.text": "query",
    "gen_ai.retrieval.documents": "documents",
}
_IDENTITY = {semconv.GEN_AI_REQUEST_MODEL, semconv.GEN_AI_REQUEST_STREAM}
_Span = Mapping[str, Any]


@dataclass
class Row:
    """What spans of one operation have, taken together."""

    operation: str
    names: set[str] = field(default_factory=set)
    """The attributes, content included."""
    streams: bool = False

    def add(self, span: _Span) -> None:
        """Take one more span into account."""
        self.names |= {*span["attributes"], *span.get("content", ())}
        self.streams |= span["attributes"].get(semconv.GEN_AI_REQUEST_STREAM) is True

    def cells(self) -> list[str]:
        """The cells of the page's table."""
        parameters = [name for name in self.names if name.startswith("gen_ai.request.") and name not in _IDENTITY]
        return [
            f"`{self.operation}`",
            _yes(self.streams),
            _yes(bool(self.names & {semconv.GEN_AI_REQUEST_MODEL, semconv.GEN_AI_RESPONSE_MODEL})),
            _yes(bool(parameters)),
            _words(self.names, _TOKENS),
            _words(self.names, _SAID),
            _yes(semconv.ERROR_TYPE in self.names),
        ]


def page() -> str:
    """The page as it has to be."""
    sections = [section for folder in sorted(ROOT.glob("instrumentors/*")) if (section := _section(folder))]
    return "\n".join([_INTRODUCTION, *sections])


def _section(folder: Path) -> str | None:
    """What the page says of one instrumentor; None where no test of it has whole spans."""
    rows = _rows(folder)
    if not rows:
        return None
    clients = ", ".join(f"`{requirement}`" for requirement in _clients(folder))
    head = ["operation", "streams", "model", "parameters", "tokens", "what is said", "fails"]
    table = [head, ["---"] * len(head), *(rows[name].cells() for name in sorted(rows))]
    lines = [f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |") for cells in table]
    return "\n".join([f"## {_distribution(folder)}", "", f"For {clients}.", "", *lines, ""])


def _rows(folder: Path) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for span in _own_spans(folder):
        operation = span["attributes"].get(semconv.GEN_AI_OPERATION_NAME) or span["name"].split()[0]
        rows.setdefault(operation, Row(operation)).add(span)
    return rows


def _own_spans(folder: Path) -> Iterator[_Span]:
    """The spans of an instrumentor's snapshots but those of another one, such as of the client below a framework."""
    for file in sorted(folder.glob("tests/snapshots/**/*.json")):
        for span in _spans(json.loads(file.read_text("utf-8"))):
            if span.get("scope") in (None, _distribution(folder)):
                yield span


def _spans(found: Any) -> Iterable[_Span]:
    """The spans of a file, which has a list of them or several by name."""
    if isinstance(found, list):
        return found
    return [span for spans in found.values() for span in spans]


def _distribution(folder: Path) -> str:
    return f"verspan-{folder.name.replace('_', '-')}"


def _clients(folder: Path) -> list[str]:
    """What an instrumentor is made for: its extra ``instruments``, without markers."""
    project = (folder / "pyproject.toml").read_text("utf-8")
    extra = re.search(r"^instruments = (\[.*?\])$", project, re.MULTILINE | re.DOTALL)
    return [re.sub(r"\s*;.*", "", requirement) for requirement in ast.literal_eval(extra[1])] if extra else []


def _words(names: set[str], words: Mapping[str, str]) -> str:
    return ", ".join(dict.fromkeys(word for name, word in words.items() if name in names))


def _yes(told: bool) -> str:  # noqa: FBT001 - the one thing there is to say
    return "yes" if told else ""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
