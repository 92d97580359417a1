"""Asking streams for their tokens, where the application has chosen that, without its noticing.

The API ends a stream that is asked so with a chunk that has the usage and no choices, and says in every other chunk
that it has none. Both are taken away before the application is given the chunks.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from typing import Any

from opentelemetry.instrumentation.utils import is_instrumentation_enabled

from verspan.instrumentation.guard import report
from verspan.instrumentation.policy import InForce
from verspan.instrumentation.stainless.client import body_posted_to
from verspan_openai._client import CLIENT
from verspan_openai._hosts import AZURE

_PATHS = ("/chat/completions", "/completions")
_OPTION = "stream_options"
_ENVELOPE_HEADER = "X-Stainless-Raw-Response"
_READ_BY_THE_APPLICATION = "stream"
_NOT_ASKED = frozenset({"mistral_ai", "perplexity"})  # which refuse what they do not know, and tell tokens unasked
_FIRST_AZURE_VERSION = "2024-09-01"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class StreamUsageWrapper:
    """What wrapt calls in place of the client's ``request``, inside what traces it."""

    def __init__(self) -> None:
        self.active = True
        """Off once uninstrumented."""

    def switch_off(self) -> None:
        """Change no further request."""
        self.active = False

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Make the call, asking for the tokens of a stream where that is chosen."""
        if not InForce.policy.stream_usage or not self.active or not _may_ask(instance, args, kwargs):
            return wrapped(*args, **kwargs)
        args, kwargs = _asking(args, kwargs)
        response = wrapped(*args, **kwargs)
        return _awaited(response) if isinstance(response, Awaitable) else _without_usage(response)


async def _awaited(responding: Awaitable[Any]) -> Any:
    return _without_usage(await responding)


def _may_ask(client: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether a call is a stream that tells no tokens and can be asked to."""
    try:
        body = body_posted_to(_PATHS, args, kwargs)
        if body is None or not (kwargs.get("stream") or body.get("stream")) or _OPTION in body:
            return False
        headers = getattr(_options(args, kwargs), "headers", None)
        read = isinstance(headers, Mapping) and headers.get(_ENVELOPE_HEADER) == _READ_BY_THE_APPLICATION
        return not read and is_instrumentation_enabled() and _takes_option(client, body, args, kwargs)
    except Exception as error:  # noqa: BLE001 - the request is sent as it is
        report(error, "asking a stream for its tokens")
        return False


def _takes_option(client: Any, body: Mapping[str, Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether the host is not known to refuse the option."""
    provider_name = CLIENT.peer(client, args, kwargs).provider_name
    if provider_name != AZURE:
        return provider_name not in _NOT_ASKED
    dated = _DATE.match(str(getattr(client, "_api_version", None) or ""))
    return "data_sources" not in body and (dated is None or dated[0] >= _FIRST_AZURE_VERSION)


def _options(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    return args[1] if len(args) > 1 else kwargs.get("options")


def _asking(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call that asks for tokens; the objects that were given stay as they are."""
    options = copy(_options(args, kwargs))
    options.json_data = {**(options.json_data or {}), _OPTION: {"include_usage": True}}
    if len(args) > 1:
        return (args[0], options, *args[2:]), kwargs
    return args, {**kwargs, "options": options}


def _without_usage(response: Any) -> Any:
    """The response, whose chunks, now or once it is parsed, are those that the application would get without asking."""
    try:
        if CLIENT.is_raw(response):
            response.parse = _parsing(response.parse)
        elif CLIENT.is_stream(response):
            response._iterator = _Unasked(response._iterator)  # noqa: SLF001 - as those do who trace it
    except Exception as error:  # noqa: BLE001 - the application gets its response in any case
        report(error, "hiding the tokens of a stream")
    return response


def _parsing(parse: Callable[..., Any]) -> Callable[..., Any]:
    known: list[Any] = []  # an envelope gives the stream that it gave before

    def parsing(*args: Any, **kwargs: Any) -> Any:
        parsed = parse(*args, **kwargs)
        if any(parsed is found for found in known):
            return parsed
        known.append(parsed)
        return _without_usage(parsed)

    return parsing


class _Unasked:
    """The chunks of a stream but for what was asked for, synchronous or asynchronous."""

    __slots__ = ("_source",)

    def __init__(self, source: Any) -> None:
        self._source = source

    def __iter__(self) -> _Unasked:
        return self

    def __next__(self) -> Any:
        while True:
            chunk = self._source.__next__()
            if not _is_usage_alone(chunk):
                return _plain(chunk)

    def __aiter__(self) -> _Unasked:
        return self

    async def __anext__(self) -> Any:
        while True:
            chunk = await self._source.__anext__()
            if not _is_usage_alone(chunk):
                return _plain(chunk)

    def close(self) -> Any:
        """Close the source, as the reader of a generator may."""
        return self._source.close()

    def aclose(self) -> Any:
        """Close an asynchronous source, as the reader of a generator may."""
        return self._source.aclose()


def _is_usage_alone(chunk: Any) -> bool:
    own = CLIENT.own_fields(chunk)
    return own.get("usage") is not None and not own.get("choices")


def _plain(chunk: Any) -> Any:
    """A chunk that does not say that it has no usage."""
    if isinstance(chunk, dict):
        return {name: chunk[name] for name in chunk if name != "usage" or chunk[name] is not None}
    if getattr(chunk, "usage", None) is None:
        chunk.model_fields_set.discard("usage")
    return chunk
