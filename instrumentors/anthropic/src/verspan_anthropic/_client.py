"""The client's package, who answers its requests, and a request as it is about to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from verspan.instrumentation.fields import fields
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.stainless.client import StainlessClient, fields_of

_ANTHROPIC = "anthropic"
_BY_CLIENT = {
    "BaseBedrockClient": "aws.bedrock",
    "BaseMantleClient": "aws.bedrock",
    "BaseVertexClient": "gcp.vertex_ai",
}
"""By the name of a class that a client is derived from, which no application has to import for it to be known."""
_BY_HOST = {
    ".amazonaws.com": "aws.bedrock",
    "aiplatform.googleapis.com": "gcp.vertex_ai",
    "api.deepseek.com": "deepseek",
    "api.moonshot.ai": "moonshot_ai",
    "api.moonshot.cn": "moonshot_ai",
    "openrouter.ai": "openrouter",
}
"""By the end of a host's name: other clouds that sell the models, and others who speak Anthropic's API."""
_SENTINELS = ("NotGiven", "Omit")


def _provider_of(client: Any, host: str | None) -> str:
    """The provider's name; Anthropic's own API on the platforms of others stays Anthropic's."""
    of_client = (_BY_CLIENT.get(kind.__name__) for kind in type(client).__mro__)
    of_host = (name for end, name in _BY_HOST.items() if (host or "").endswith(end))
    return next(filter(None, of_client), None) or next(of_host, _ANTHROPIC)


CLIENT = StainlessClient("anthropic", _provider_of)
"""Every kind of client that the package has."""


class _ReadOnceError(Exception):
    """A request holds an iterator."""


def taken(body: Mapping[str, Any], options: Any) -> bytes:
    """A request's body as JSON.

    Newer clients make JSON of it inside the call that is being described: what is there is what the application gave,
    with marks for what it left out. An iterator among it is read here and a list put in its place, in the client's own
    record of the request, so that the client sends the same.

    Args:
        body: what of the body is wanted.
        options: the client's record of the request.
    """
    given = {name: value for name, value in body.items() if type(value).__name__ not in _SENTINELS}
    try:
        return snapshot(given, _form)
    except _ReadOnceError:
        whole = options.json_data = _settled(options.json_data)
        return snapshot({name: fields(whole).get(name, value) for name, value in given.items()}, fields_of)


def _form(value: Any) -> Any:
    if _is_read_once(value):
        raise _ReadOnceError
    if hasattr(value, "__pydantic_fields_set__") or hasattr(value, "__fields_set__"):
        return fields_of(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)) and not hasattr(value, "read"):
        return list(value)
    return None if type(value).__name__ in _SENTINELS else repr(value)


def _is_read_once(value: Any) -> bool:
    return isinstance(value, Iterator) and not hasattr(
        value, "read"
    )  # a file is the client's to read, and not by lines


def _settled(value: Any) -> Any:
    """A value with lists in the place of iterators; whoever reads one that fails finds it failing again."""
    if isinstance(value, dict):
        return {name: _settled(found) for name, found in value.items()}
    if isinstance(value, (list, tuple)):
        return [_settled(found) for found in value]
    return _read(value) if _is_read_once(value) else value


def _read(iterator: Iterator[Any]) -> Any:
    given: list[Any] = []
    try:
        given.extend(map(_settled, iterator))
    except BaseException as failure:  # noqa: BLE001 - it is the application's, and raised again where the client reads
        return _again(given, failure)
    return given


def _again(given: list[Any], failure: BaseException) -> Iterator[Any]:
    yield from given
    raise failure
