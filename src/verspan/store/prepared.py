"""A span made ready to be kept: everything that can be computed before the store is locked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from verspan import semconv
from verspan.errors import InvalidArgumentError
from verspan.store.contents import Content, Piece, split
from verspan.store.keys import digest_of
from verspan.store.promoted import Promoted, promote, writable
from verspan.traces.model import SpanRecord

_TIMES = range(2**62)
_LABEL_PREFIXES = (semconv.VERSPAN_TAG_PREFIX, semconv.VERSPAN_METADATA_PREFIX)


class SplitContent(NamedTuple):
    """A content attribute taken apart, with the digest of each of its bodies."""

    content: Content
    digests: Sequence[bytes]


class PreparedSpan(NamedTuple):
    """A span with what its row is made of."""

    span: SpanRecord
    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes | None
    promoted: Promoted
    contents: Mapping[str, SplitContent]
    bodies: Mapping[bytes, Piece]
    """Every body of the span by digest, its name among them, so that a search finds it."""

    @property
    def is_root(self) -> bool:
        """Whether the span has no parent."""
        return self.parent_span_id is None

    def request_digest(self) -> bytes | None:
        """The body that says what was asked: the user's last message, or the inputs."""
        messages = self.contents.get(semconv.GEN_AI_INPUT_MESSAGES)
        if messages is None or not messages.digests:
            return self._whole(semconv.VERSPAN_INPUTS)
        for digest, piece in zip(reversed(messages.digests), reversed(messages.content.pieces), strict=True):
            if isinstance(piece.value, dict) and piece.value.get("role") == "user":
                return digest
        return messages.digests[-1]

    def response_digest(self) -> bytes | None:
        """The body that says what was answered: the first choice, or the outputs."""
        messages = self.contents.get(semconv.GEN_AI_OUTPUT_MESSAGES)
        return messages.digests[0] if messages and messages.digests else self._whole(semconv.VERSPAN_OUTPUTS)

    def labels(self) -> Iterator[tuple[str, str, str]]:
        """Kind, name and value of each tag and piece of metadata."""
        for name in [name for name in self.span.attributes if name.startswith(_LABEL_PREFIXES)]:
            _, kind, label = name.split(".", 2)
            yield kind, writable(label), writable(str(self.span.attributes[name]))

    def _whole(self, name: str) -> bytes | None:
        content = self.contents.get(name)
        return content.digests[0] if content else None


def prepare(span: SpanRecord) -> PreparedSpan:
    """Make a span ready.

    Raises:
        InvalidArgumentError: an id is not hexadecimal digits of the right number, or a time is beyond 2116.
    """
    if span.start_ns not in _TIMES or span.end_ns not in _TIMES:
        raise InvalidArgumentError(
            f"a span's times are nanoseconds from 1970 to 2116, and those of {span.name!r} are"
            f" {span.start_ns} and {span.end_ns}"
        )
    attributes = span.attributes
    contents = {name: _split(name, attributes[name]) for name in semconv.CONTENT_ATTRIBUTES & attributes.keys()}
    return PreparedSpan(
        span=span,
        trace_id=_id(span.trace_id, 16, "trace id"),
        span_id=_id(span.span_id, 8, "span id"),
        parent_span_id=_id(span.parent_span_id, 8, "parent span id") if span.parent_span_id is not None else None,
        promoted=promote(span),
        contents=contents,
        bodies=_bodies(span, contents),
    )


def _split(name: str, value: Any) -> SplitContent:
    content = split(name, value)
    return SplitContent(content, [digest_of(piece.content) for piece in content.pieces])


def _bodies(span: SpanRecord, contents: Mapping[str, SplitContent]) -> dict[bytes, Piece]:
    name = span.name.encode("utf-8", "replace")
    bodies = {digest_of(name): Piece(name, span.name)}
    for content, digests in contents.values():
        bodies.update(zip(digests, content.pieces, strict=True))
    return bodies


def _id(digits: str, length: int, what: str) -> bytes:
    try:
        found = bytes.fromhex(digits)
    except ValueError as error:
        raise InvalidArgumentError(f"a {what} is {2 * length} hexadecimal digits, and {digits!r} is not") from error
    if len(found) != length:
        raise InvalidArgumentError(f"a {what} is {2 * length} hexadecimal digits, and {digits!r} has {len(digits)}")
    return found
