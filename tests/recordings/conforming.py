"""What the conformance suite asks of a client that Stainless generated."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

from tests.recordings.interactions import AnInteraction
from tests.recordings.replay import Received

SECRET = "parcel-4711-never-came"  # noqa: S105 - the text whose ways are followed


class StainlessCalls:
    """Calls of one client to one of its resources; see :class:`verspan.instrumentation.sides.ChatClient`."""

    def __init__(self, build: Callable[..., Any], base_url: str, resource: str, request: Mapping[str, Any]) -> None:
        """Build the client, and one that a server will refuse.

        Args:
            build: the client's class.
            base_url: where the server is.
            resource: the name of the resource, with dots.
            request: the arguments of its ``create``.
        """
        self._client: Any = build(base_url=base_url, api_key="demo", max_retries=0)
        # An address that the server does not know, and quotes in its answer.
        self._refused: Any = build(base_url=f"{base_url}/{SECRET}", api_key="demo", max_retries=0)
        of = attrgetter(resource)
        self._resource, self._refused_resource = of(self._client), of(self._refused)
        self._request = request

    def call(self) -> Any:
        """A call that is answered whole."""
        return self._resource.create(**self._request)

    def stream(self) -> Any:
        """The same call answered as a stream."""
        return self._resource.create(**self._request, stream=True)

    def failing_call(self) -> Any:
        """A call that the server refuses."""
        return self._refused_resource.create(**self._request)

    def raw_call(self) -> Any:
        """A call whose answer comes in an envelope."""
        return self._resource.with_raw_response.create(**self._request)

    def close(self) -> Any:
        """Release both clients."""
        closing, also = self._client.close(), self._refused.close()
        return _both(closing, also) if closing is not None else None


def answering(whole: AnInteraction, stream: AnInteraction | None = None) -> Callable[[Received], AnInteraction]:
    """What a server answers: a whole answer, a stream where one is asked for, and a refusal at an unknown address."""

    def answer(asked: Received) -> AnInteraction:
        if SECRET in asked.path:
            told = json.dumps({"error": {"message": f"nothing at {asked.path}", "code": "not_found"}})
            headers = {"content-type": "application/json"}
            return replace(whole, status=404, headers=headers, body=told.encode())
        return stream if stream is not None and asked.json.get("stream") else whole

    return answer


async def _both(*closing: Any) -> None:
    for each in closing:
        await each
