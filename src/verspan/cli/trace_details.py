"""What was said in a trace's spans, and what went wrong, below its tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verspan.cli.content import Said, said_in
from verspan.cli.terminal import printable
from verspan.cli.trace_view import span_duration
from verspan.semconv import ERROR_TYPE, EXCEPTION_EVENT, EXCEPTION_MESSAGE
from verspan.traces.model import SpanRecord, StoredSpan

if TYPE_CHECKING:
    from rich.console import RenderableType

_CHARACTERS = 400
"""Of one message, unless all is asked for."""
_MESSAGES = 6
"""The last ones of a span, unless all is asked for: an agent sends its whole history with every call."""
_STYLES = {"user": "green", "assistant": "magenta", "tool": "yellow", "error": "red"}


@dataclass(frozen=True)
class Detail:
    """How much of the spans' content to show."""

    content: bool = True
    whole: bool = False


def span_details(spans: Sequence[StoredSpan], detail: Detail) -> Iterator[RenderableType]:
    """For every span that has something to say, a heading and what it says."""
    from rich.text import Text

    for stored in spans:
        said = [*_content(stored.span, detail), *_error(stored.span, detail)]
        if said:
            heading = f"{printable(stored.span.name)}  {span_duration(stored)}  {stored.span.span_id}"
            yield Text.assemble("\n", (heading, "bold"))
            yield _grid(said)


def _content(span: SpanRecord, detail: Detail) -> list[Said]:
    if not detail.content:
        return []
    said = said_in(span.attributes)
    if detail.whole:
        return said
    hidden = len(said) - _MESSAGES
    earlier = [Said("…", f"{hidden} earlier messages")] if hidden > 0 else []
    return [*earlier, *(Said(each.by, _shortened(each.text)) for each in said[-_MESSAGES:])]


def _error(span: SpanRecord, detail: Detail) -> list[Said]:
    if span.status_code != "ERROR":
        return []
    raised = (event.attributes.get(EXCEPTION_MESSAGE) for event in span.events if event.name == EXCEPTION_EVENT)
    message = span.status_message or next((text for text in raised if text), None)
    kind = str(span.attributes.get(ERROR_TYPE, "error"))
    text = f"{kind}: {message}" if message and detail.content else kind
    return [Said("error", text if detail.whole else _shortened(text))]


def _shortened(text: str) -> str:
    if len(text) <= _CHARACTERS:
        return text
    return f"{text[:_CHARACTERS].rstrip()}… ({len(text) - _CHARACTERS:,} more characters)"


def _grid(said: Sequence[Said]) -> RenderableType:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    for each in said:
        style = _STYLES.get(each.by, "dim")
        grid.add_row(Text(printable(each.by), style), Text(printable(each.text), overflow="fold"))
    return Padding(grid, (0, 0, 0, 2), expand=False)
