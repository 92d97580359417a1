"""Requests whose bodies may come with files, which nobody but the client consumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from verspan.instrumentation.calls import Call
from verspan.instrumentation.endpoints import operation_name
from verspan.instrumentation.fields import NO_FIELDS
from verspan.instrumentation.serialising import snapshot
from verspan.instrumentation.stainless.adapting import PostAdapter
from verspan.instrumentation.stainless.client import body_posted_to, fields_of


class MediaAdapter(PostAdapter):
    """Takes requests to several endpoints, each an operation of its own, whose bodies may come with files."""

    path: ClassVar[tuple[str, ...]]
    operation_names: ClassVar[Mapping[str, str]] = NO_FIELDS
    """Those of endpoints that have one of their own; see :func:`verspan.instrumentation.endpoints.operation_name`."""
    parameters: ClassVar[tuple[str, ...]] = ()
    """What of a request is read beside its content."""

    def describe(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call | None:
        """Describe a request to one of the endpoints; None for a request to any other."""
        call = super().describe(instance, args, kwargs)
        if call is None:
            return None
        body_path = next(path for path in self.path if body_posted_to(path, args, kwargs) is not None)
        return call._replace(operation_name=operation_name("post", body_path, self.operation_names))

    def snapshot_request(
        self,
        instance: Any,  # noqa: ARG002 - of the protocol
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        content: bool,
    ) -> bytes:
        """Of the body what is read: a file of the caller's is consumed by nobody but the client."""
        body = body_posted_to(self.path, args, kwargs) or {}
        wanted = (*self.parameters, *self.content) if content else self.parameters
        return snapshot({name: body[name] for name in wanted if name in body}, fields_of)
