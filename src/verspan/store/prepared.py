"""A span made ready to be kept: everything that can be computed before the store is locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from verspan import semconv
from verspan.errors import InvalidArgumentError
from verspan.store.contents import Body, Content, split
from verspan.store.promoted import Promoted, promote, writable
from verspan.store.span_bodies import span_body
from verspan.traces.model import Attributes, AttributeValue, SpanRecord

_CONTENT = sorted(semconv.CONTENT_ATTRIBUTES)
_TIMES = range(2**62)
_LABEL_PREFIXES = (semconv.VERSPAN_TAG_PREFIX, semconv.VERSPAN_METADATA_PREFIX)


class PreparedSpan(NamedTuple):
    """A span with what its row is made of."""

    span: SpanRecord
    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes | None
    promoted: Promoted
    body: bytes
    """What is in no column and no body that is kept once, see `span_bodies`."""
    bodies: Sequence[Body]
    """What is kept once, in the order in which the span has it."""
    request_digest: bytes | None
    """The body that says what was asked: the user's last message, or the inputs."""
    response_digest: bytes | None
    """The body that says what was answered: the first choice, or the outputs."""
    labels: Sequence[tuple[str, str, str]]
    """Kind, name and value of each tag and piece of metadata."""

    @property
    def is_root(self) -> bool:
        """Whether the span has no parent."""
        return self.parent_span_id is None


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
    contents = {name: split(name, attributes[name]) for name in _CONTENT if name in attributes}
    return PreparedSpan(
        span=span,
        trace_id=_id(span.trace_id, 16, "trace id"),
        span_id=_id(span.span_id, 8, "span id"),
        parent_span_id=_id(span.parent_span_id, 8, "parent span id") if span.parent_span_id is not None else None,
        promoted=promote(span),
        body=span_body(span, contents),
        bodies=tuple([body for content in contents.values() for body in content.bodies]),
        request_digest=_digest(_asked(contents)),
        response_digest=_digest(
            _bodies(contents, semconv.GEN_AI_OUTPUT_MESSAGES) or _bodies(contents, semconv.VERSPAN_OUTPUTS)
        ),
        labels=_labels(attributes),
    )


def _asked(contents: Mapping[str, Content]) -> Sequence[Body]:
    messages = _bodies(contents, semconv.GEN_AI_INPUT_MESSAGES)
    users = [body for body in messages if body.role == "user"]
    return users[-1:] or messages[-1:] or _bodies(contents, semconv.VERSPAN_INPUTS)


def _bodies(contents: Mapping[str, Content], name: str) -> Sequence[Body]:
    content = contents.get(name)
    return content.bodies if content else ()


def _digest(bodies: Sequence[Body]) -> bytes | None:
    return bodies[0].digest if bodies else None


def _labels(attributes: Attributes) -> Sequence[tuple[str, str, str]]:
    names = "\n".join(attributes)  # one look for all names together
    if semconv.VERSPAN_TAG_PREFIX not in names and semconv.VERSPAN_METADATA_PREFIX not in names:
        return ()
    return [_label(name, value) for name, value in attributes.items() if name.startswith(_LABEL_PREFIXES)]


def _label(name: str, value: AttributeValue) -> tuple[str, str, str]:
    _, kind, label = name.split(".", 2)
    return kind, writable(label), writable(str(value))


def _id(digits: str, length: int, what: str) -> bytes:
    try:
        found = bytes.fromhex(digits)
    except ValueError as error:
        raise InvalidArgumentError(f"a {what} is {2 * length} hexadecimal digits, and {digits!r} is not") from error
    if len(found) != length:
        raise InvalidArgumentError(f"a {what} is {2 * length} hexadecimal digits, and {digits!r} has {len(digits)}")
    return found
