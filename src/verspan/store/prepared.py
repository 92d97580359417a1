"""A span made ready to be kept: everything that can be computed before the store is locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from verspan import semconv
from verspan.dialects.normalising import dialects_of, dialects_spoken, present_attributes
from verspan.dialects.table import Dialect
from verspan.errors import InvalidArgumentError
from verspan.store.contents import Body, Content, Splitter
from verspan.store.originals import NO_ORIGINALS, Originals, originals_of
from verspan.store.promoted import Promoted, promote, writable
from verspan.store.span_bodies import span_body
from verspan.traces.model import Attributes, AttributeValue, SpanRecord

_TIMES = range(2**62)
_LABEL_PREFIXES = (semconv.VERSPAN_TAG_PREFIX, semconv.VERSPAN_METADATA_PREFIX)


@dataclass(slots=True)
class PreparedSpan:
    """A span with what its row is made of; nobody changes it, see `promoted`."""

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


def prepare(spans: Iterable[SpanRecord]) -> list[PreparedSpan]:
    """Make a batch of spans ready.

    Raises:
        InvalidArgumentError: an id is not hexadecimal digits of the right number, or a time is beyond 2116.
    """
    splitter = Splitter()
    return [_prepared(span, splitter) for span in spans]


def _prepared(span: SpanRecord, splitter: Splitter) -> PreparedSpan:
    if span.start_ns not in _TIMES or span.end_ns not in _TIMES:
        raise InvalidArgumentError(
            f"a span's times are nanoseconds from 1970 to 2116, and those of {span.name!r} are"
            f" {span.start_ns} and {span.end_ns}"
        )
    names = _sorted_out(tuple(span.attributes))
    originals = None
    if names.dialects or span.events:
        span, names, originals = _at_present(span, names)
    attributes = span.attributes
    contents = {name: splitter.split(name, attributes[name]) for name in names.contents}
    return PreparedSpan(
        span,
        _id(span.trace_id, 16, "trace id"),
        _id(span.span_id, 8, "span id"),
        _id(span.parent_span_id, 8, "parent span id") if span.parent_span_id is not None else None,
        promote(span),
        span_body(span, _others(attributes, names, originals), contents, originals),
        tuple([body for content in contents.values() for body in content.bodies]),
        _digest(_asked(contents)),
        _digest(_answered(contents)),
        [_label(name, attributes[name]) for name in names.labels] if names.labels else (),
    )


class _Names(NamedTuple):
    """The names of a span's attributes by what becomes of them; a label is among the others too."""

    contents: Sequence[str]
    labels: Sequence[str]
    others: Sequence[str]
    dialects: Sequence[Dialect]
    """Of which they are, where they are not all the present conventions'."""


@lru_cache(maxsize=1024)  # spans of one instrumentation have mostly the same
def _sorted_out(names: Sequence[str]) -> _Names:
    return _Names(
        contents=[name for name in names if name in semconv.CONTENT_ATTRIBUTES],
        labels=[name for name in names if name.startswith(_LABEL_PREFIXES)],
        others=[name for name in names if name not in semconv.CONTENT_ATTRIBUTES],
        dialects=dialects_spoken(names),
    )


def _at_present(span: SpanRecord, names: _Names) -> tuple[SpanRecord, _Names, Originals | None]:
    """The span in the present conventions, and what it said in those of another dialect where it speaks one."""
    dialects = dialects_of(span, names.dialects)
    if not dialects:
        return span, names, None
    attributes = {**span.attributes, **present_attributes(span, dialects)}
    names = _sorted_out(tuple(attributes))
    return replace(span, attributes=attributes), names, originals_of(attributes, names.others, span.events)


def _others(attributes: Attributes, names: _Names, originals: Originals | None) -> Attributes:
    told = NO_ORIGINALS.attributes if originals is None else originals.attributes
    return {name: attributes[name] for name in names.others if name not in told}


def _asked(contents: Mapping[str, Content]) -> Sequence[Body]:
    messages = _bodies(contents, semconv.GEN_AI_INPUT_MESSAGES)
    users = [body for body in messages if body.role == "user"]
    return users[-1:] or messages[-1:] or _bodies(contents, semconv.VERSPAN_INPUTS)


def _answered(contents: Mapping[str, Content]) -> Sequence[Body]:
    return _bodies(contents, semconv.GEN_AI_OUTPUT_MESSAGES) or _bodies(contents, semconv.VERSPAN_OUTPUTS)


def _bodies(contents: Mapping[str, Content], name: str) -> Sequence[Body]:
    content = contents.get(name)
    return content.bodies if content else ()


def _digest(bodies: Sequence[Body]) -> bytes | None:
    return bodies[0].digest if bodies else None


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
