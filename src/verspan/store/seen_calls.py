"""The ways in which versions call models, as spans tell of them: each once, with when it was first and last seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, case, select
from sqlalchemy.dialects.sqlite import Insert, insert

from verspan import semconv
from verspan.store.capture_tables import seen_calls
from verspan.store.keys import known_keys
from verspan.store.prepared import PreparedSpan
from verspan.store.promoted import writable
from verspan.store.statements import Statement
from verspan.store.tables import logged_models
from verspan.versions.behaviour import SeenCall

MOST: Final = 200
"""Kinds of calls that are kept of a version; instructions that change with every call are no state of it."""
_REMEMBERED: Final = 4096
_PREFIX: Final = "gen_ai."
_PARAMETERS: Final = (
    semconv.GEN_AI_REQUEST_TEMPERATURE,
    semconv.GEN_AI_REQUEST_TOP_P,
    semconv.GEN_AI_REQUEST_TOP_K,
    semconv.GEN_AI_REQUEST_MAX_TOKENS,
    semconv.GEN_AI_REQUEST_FREQUENCY_PENALTY,
    semconv.GEN_AI_REQUEST_PRESENCE_PENALTY,
    semconv.GEN_AI_REQUEST_REASONING_LEVEL,
    semconv.GEN_AI_REQUEST_STOP_SEQUENCES,
    semconv.GEN_AI_PROMPT_NAME,
    semconv.GEN_AI_PROMPT_VERSION,
)
_INSTRUCTING: Final = ("system", "developer")
_COLUMNS: Final = seen_calls.c


class CallMemory:
    """Remembers what the calls of spans come to, so that the same kind is made out once."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], SeenCall] = {}

    def made_out(self, span: PreparedSpan) -> SeenCall:
        """The kind of a call, without its times."""
        get, series = span.span.attributes.get, span.promoted.series
        instructions = tuple([body.digest for body in span.bodies if body.role in _INSTRUCTING])
        # Texts are known by their hash in this process: they are long, and would be held.
        key = (
            series.operation,
            series.request_model,
            hash(str(get(semconv.GEN_AI_TOOL_DEFINITIONS))),
            hash(str(get(semconv.GEN_AI_SYSTEM_INSTRUCTIONS))),
            str([get(name) for name in _PARAMETERS]),
            instructions,
        )
        call = self._made.get(key)
        if call is None:
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            call = self._made[key] = _call(span, instructions)
        return call


def keep_calls(connection: Connection, memory: CallMemory, spans: Iterable[PreparedSpan]) -> None:
    """Keep the kinds of calls of a batch of spans; the same batch again changes nothing."""
    found: dict[str, dict[SeenCall, list[int]]] = {}
    for one in spans:
        if one.promoted.is_call and one.promoted.model_id is not None:
            call, start = memory.made_out(one), one.span.start_ns
            times = found.setdefault(one.promoted.model_id, {}).setdefault(call, [start, start])
            if start > times[1]:
                times[1] = start
            elif start < times[0]:
                times[0] = start
    keys = known_keys(connection, logged_models.c.model_id, logged_models.c.model_key, found) if found else {}
    for model_id, model_key in keys.items():
        _keep_of_model(connection, model_key, found[model_id])


def calls_of(connection: Connection, model_id: str) -> list[SeenCall]:
    """The ways in which a version was seen to call models, by when they were first seen."""
    statement = (
        select(seen_calls)
        .join(logged_models, logged_models.c.model_key == _COLUMNS.model_key)
        .where(logged_models.c.model_id == model_id)
        .order_by(_COLUMNS.first_seen_ns, _COLUMNS.digest)
    )
    return [
        SeenCall(**json.loads(row.document), first_seen_ns=row.first_seen_ns, last_seen_ns=row.last_seen_ns)
        for row in connection.execute(statement)
    ]


def _keep_of_model(connection: Connection, model_key: int, calls: Mapping[SeenCall, Sequence[int]]) -> None:
    kept = connection.execute(select(_COLUMNS.digest).where(_COLUMNS.model_key == model_key)).scalars().all()
    new = [call.digest for call in calls if call.digest not in kept][: max(0, MOST - len(kept))]
    wanted = {*kept, *new}
    rows = ((model_key, call.digest, call.document, *times) for call, times in calls.items() if call.digest in wanted)
    _KEEP.run_for_each(connection, rows)


def _keep() -> Insert:
    statement = insert(seen_calls)
    first, last = statement.excluded.first_seen_ns, statement.excluded.last_seen_ns
    return statement.on_conflict_do_update(
        index_elements=[_COLUMNS.model_key, _COLUMNS.digest],
        set_={
            "first_seen_ns": case((first < _COLUMNS.first_seen_ns, first), else_=_COLUMNS.first_seen_ns),
            "last_seen_ns": case((last > _COLUMNS.last_seen_ns, last), else_=_COLUMNS.last_seen_ns),
        },
    )


_KEEP = Statement(_keep())


def _call(span: PreparedSpan, instructions: Sequence[bytes]) -> SeenCall:
    get = span.span.attributes.get
    given = {name: writable(str(value)) for name in _PARAMETERS if (value := get(name)) is not None}
    tools, system = get(semconv.GEN_AI_TOOL_DEFINITIONS), get(semconv.GEN_AI_SYSTEM_INSTRUCTIONS)
    instructing = [*map(bytes.hex, instructions), *([] if system is None else [_digest(system)])]
    return SeenCall(
        operation_name=span.promoted.series.operation or "",
        request_model=span.promoted.series.request_model or "",
        parameters={name.removeprefix(_PREFIX): value for name, value in given.items()},
        tools=None if tools is None else _digest(tools),
        instructions=_digest(instructing) if instructing else None,
    )


def _digest(value: object) -> str:
    return hashlib.sha256(str(value).encode("utf-8", "replace")).hexdigest()
