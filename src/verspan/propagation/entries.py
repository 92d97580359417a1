"""The entries of W3C baggage in which the version and the session travel, written and read.

A caller is anybody who can reach the service, so that what arrives is checked: an id has the form of one, a name and a
session are short and printable, and what is neither is left out.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from opentelemetry.baggage import get_all, remove_baggage, set_baggage
from opentelemetry.context import Context
from opentelemetry.trace import get_current_span

from verspan.context import ActiveVersion, Caller, surroundings, with_caller
from verspan.errors import InvalidArgumentError
from verspan.semconv import LOGGED_MODEL_ID, LOGGED_MODEL_NAME, SESSION_ID
from verspan.tracing.notes import notes_for
from verspan.versions.identity import checked_model_id, checked_name

_VERSION: Final = (LOGGED_MODEL_ID, LOGGED_MODEL_NAME)
ENTRIES: Final = (*_VERSION, SESSION_ID)
"""All that Verspan ever adds to baggage."""
_said: set[str] = set()  # at most one for each entry, however much arrives
_logger = logging.getLogger(__name__)


def with_entries(context: Context) -> Context:
    """A context whose baggage tells the version that is active in it, and the session of its trace."""
    entries = _entries(context)
    if LOGGED_MODEL_ID in entries:
        context = _without(context, _VERSION)  # a caller's name does not belong to an id of ours
    for name, value in entries.items():
        context = set_baggage(name, value, context)
    return context


def without_entries(context: Context) -> Context:
    """A context whose baggage tells nothing of a version, nor of a session that came with the request.

    A session that the application has put into its baggage is the application's to tell.
    """
    caller = surroundings(context).caller
    came = caller is not None and get_all(context).get(SESSION_ID) == caller.session_id
    return _without(context, ENTRIES if came else _VERSION)


def with_caller_in(context: Context, *, trusting: bool) -> Context:
    """A context that knows the caller whom its baggage tells of.

    Args:
        context: the context of a request that has arrived.
        trusting: whether the caller is believed; where not, the entries are taken out, so that they go no further.
    """
    received = get_all(context)
    if received.keys().isdisjoint(ENTRIES):
        return context
    if not trusting:
        return _without(context, ENTRIES)
    return with_caller(Caller(_version(received), _name(received, SESSION_ID)), context)


def session_of(context: Context) -> str | None:
    """The session that a trace is in, by the application's word, else by its caller's."""
    noted = notes_for(get_current_span(context)) or {}
    caller = surroundings(context).caller
    return noted.get(SESSION_ID) or (caller.session_id if caller is not None else None)


def _entries(context: Context) -> dict[str, str]:
    version, session = surroundings(context).version, session_of(context)
    return {**({} if version is None else version.attributes), **({} if session is None else {SESSION_ID: session})}


def _without(context: Context, names: tuple[str, ...]) -> Context:
    for name in names:
        if name in get_all(context):
            context = remove_baggage(name, context)
    return context


def _version(received: Mapping[str, object]) -> ActiveVersion | None:
    if LOGGED_MODEL_ID not in received:
        return None
    try:
        return ActiveVersion(checked_model_id(received[LOGGED_MODEL_ID]), _name(received, LOGGED_MODEL_NAME))
    except InvalidArgumentError as error:
        _say_unusable(LOGGED_MODEL_ID, error)
        return None


def _name(received: Mapping[str, object], entry: str) -> str | None:
    try:
        return checked_name(received[entry], entry) if entry in received else None
    except InvalidArgumentError as error:
        _say_unusable(entry, error)
        return None


def _say_unusable(entry: str, error: InvalidArgumentError) -> None:
    if entry not in _said:
        _said.add(entry)
        _logger.warning(
            "What a caller says of its %s is not used: %s. Further ones are not logged. "
            "VERSPAN_TRUST_BAGGAGE=false leaves out whatever callers say.",
            entry,
            error,
        )
