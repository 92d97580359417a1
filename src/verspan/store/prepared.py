"""A span made ready to be kept: everything that can be computed before the store is locked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verspan import semconv
from verspan.errors import InvalidArgumentError
from verspan.store.contents import Content, Piece, split
from verspan.store.keys import digest_of
from verspan.store.promoted import Promoted, promote, writable
from verspan.traces.model import SpanRecord


@dataclass(frozen=True)
class SplitContent:
    """A content attribute taken apart, with the digest of each of its bodies."""

    content: Content
    digests: Sequence[bytes]


@dataclass(frozen=True)
class PreparedSpan:
    """A span with what its row is made of."""

    span: SpanRecord
    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes | None
    promoted: Promoted
    contents: Mapping[str, SplitContent]
    name_digest: bytes
    """The span's name is a body too, so that a search finds it."""

    @property
    def is_root(self) -> bool:
        """Whether the span has no parent."""
        return self.parent_span_id is None

    def pieces(self) -> Iterator[tuple[bytes, Piece]]:
        """Every body of the span with its digest."""
        yield self.name_digest, Piece(self.span.name.encode("utf-8", "replace"), self.span.name)
        for split_content in self.contents.values():
            yield from zip(split_content.digests, split_content.content.pieces, strict=True)

    def digests(self) -> Iterator[bytes]:
        """The digest of every body of the span."""
        yield self.name_digest
        for split_content in self.contents.values():
            yield from split_content.digests

    def request_digest(self) -> bytes | None:
        """The body that says what was asked: the user's last message, or the inputs."""
        messages = self.contents.get(semconv.GEN_AI_INPUT_MESSAGES)
        if messages is None or not messages.digests:
            return self._whole(semconv.VERSPAN_INPUTS)
        roles = [_role(piece.value) for piece in messages.content.pieces]
        last = len(roles) - 1 - roles[::-1].index("user") if "user" in roles else -1
        return messages.digests[last]

    def response_digest(self) -> bytes | None:
        """The body that says what was answered: the first choice, or the outputs."""
        messages = self.contents.get(semconv.GEN_AI_OUTPUT_MESSAGES)
        return messages.digests[0] if messages and messages.digests else self._whole(semconv.VERSPAN_OUTPUTS)

    def labels(self) -> Iterator[tuple[str, str, str]]:
        """Kind, name and value of each tag and piece of metadata."""
        for name, value in self.span.attributes.items():
            for kind, prefix in _LABELS.items():
                if name.startswith(prefix):
                    yield kind, writable(name[len(prefix) :]), writable(str(value))

    def _whole(self, name: str) -> bytes | None:
        content = self.contents.get(name)
        return content.digests[0] if content else None


_LABELS = {"tag": semconv.VERSPAN_TAG_PREFIX, "metadata": semconv.VERSPAN_METADATA_PREFIX}


def prepare(span: SpanRecord) -> PreparedSpan:
    """Make a span ready.

    Raises:
        InvalidArgumentError: an id is not hexadecimal digits of the right number, or a time is beyond 64 bits.
    """
    _check_times(span)
    return PreparedSpan(
        span=span,
        trace_id=_id(span.trace_id, 16, "trace id"),
        span_id=_id(span.span_id, 8, "span id"),
        parent_span_id=_id(span.parent_span_id, 8, "parent span id") if span.parent_span_id is not None else None,
        promoted=promote(span),
        contents={
            name: _split(name, span.attributes[name]) for name in span.attributes if name in semconv.CONTENT_ATTRIBUTES
        },
        name_digest=digest_of(span.name.encode("utf-8", "replace")),
    )


def _split(name: str, value: Any) -> SplitContent:
    content = split(name, value)
    return SplitContent(content, [digest_of(piece.content) for piece in content.pieces])


def _role(message: Any) -> Any:
    return message.get("role") if isinstance(message, Mapping) else None


def _id(digits: str, length: int, what: str) -> bytes:
    try:
        found = bytes.fromhex(digits)
    except ValueError as error:
        raise InvalidArgumentError(f"a {what} is {2 * length} hexadecimal digits, and {digits!r} is not") from error
    if len(found) != length:
        raise InvalidArgumentError(f"a {what} is {2 * length} hexadecimal digits, and {digits!r} has {len(digits)}")
    return found


def _check_times(span: SpanRecord) -> None:
    for time_ns in (span.start_ns, span.end_ns):
        if not 0 <= time_ns < 2**62:
            raise InvalidArgumentError(
                f"a span's time is nanoseconds from 1970 to 2116, and {time_ns} of {span.name!r} is not"
            )
