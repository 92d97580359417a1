"""What adapters have in common whose client gives its answers as they are: no envelopes, no httpx to overhear."""

from __future__ import annotations

from collections.abc import Sequence
from types import AsyncGeneratorType, GeneratorType
from typing import Any

from verspan.instrumentation.calls import CallInput


class PlainAdapter:
    """The half of :class:`verspan.instrumentation.adapter.CallAdapter` that says what an answer is not."""

    failure_marks: Sequence[bytes] = ()

    def is_stream(self, response: Any) -> bool:
        """Whether the response is a stream of chunks: a generator, as such clients give."""
        return isinstance(response, (GeneratorType, AsyncGeneratorType))

    def is_raw(self, response: Any) -> bool:  # noqa: ARG002 - of the protocol
        """False: the client has no envelopes around its answers."""
        return False

    def http_response(self, response: Any) -> Any:  # noqa: ARG002 - of the protocol
        """None: the client keeps what it reads from to itself."""
        return None

    def answer_in(self, failure: BaseException) -> Any:  # noqa: ARG002 - of the protocol
        """None: no exception of the client holds an answer."""
        return None

    def read_input(self, body: Any) -> CallInput:  # noqa: ARG002 - of the protocol
        """Nothing, where a request says nothing."""
        return CallInput()
