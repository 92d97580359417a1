"""The ASGI application of a package: health, what it is, and calls of its entry point.

It needs no framework, so that nothing stands between a package's own dependencies and it but what serves it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from opentelemetry import propagate
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import SpanKind, get_tracer, set_span_in_context

from verspan import semconv
from verspan.context import with_active_version
from verspan.packaging.loaded import LoadedModel
from verspan.packaging.serving.calling import called, check_arguments
from verspan.packaging.serving.messages import (
    STREAM_TYPE,
    GoneError,
    Header,
    Invocation,
    Receive,
    RefusedError,
    Scope,
    Send,
    begin,
    event,
    headers_of,
    invocation_from,
    read_body,
    respond,
    to_json,
)
from verspan.runtime import flush
from verspan.tracing.live import LiveSpan

MODEL_ID_HEADER: Final = "X-Verspan-Model-Id"
MODEL_NAME_HEADER: Final = "X-Verspan-Model-Name"
PACKAGE_HEADER: Final = "X-Verspan-Package"
TRACE_HEADER: Final = "X-Verspan-Trace-Id"
MAX_BODY_BYTES: Final = 10 * 2**20
INVOCATIONS: Final = "/invocations"
_HEALTH: Final = ("/health", "/ping")  # /ping is MLflow's
_VERSION: Final = "/version"
_THREADS: Final = 40  # of calls that wait for models, as Starlette has them
_FLUSH_S: Final = 10.0
_DONE: Final = b"[DONE]"
_logger = logging.getLogger(__name__)


class PackageApp:
    """An ASGI application that calls a package's entry point.

    Args:
        model: the loaded package.
        max_body_bytes: larger requests are refused.
    """

    def __init__(self, model: LoadedModel, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._model = model
        self._most = max_body_bytes
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="verspan-serve")
        manifest = model.package.manifest
        told = {
            MODEL_ID_HEADER: manifest.model_id,
            MODEL_NAME_HEADER: quote(manifest.model_name, safe=" !#$&'()*+,/:;=?@[]"),
            PACKAGE_HEADER: model.package.digest,
        }
        self._headers: list[Header] = [(name.lower().encode(), value.encode("latin-1")) for name, value in told.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or begin and end with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.to_thread(flush, _FLUSH_S)
        self._threads.shutdown(wait=False)
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            _check_method(scope)
            if scope["path"] == INVOCATIONS:
                headers = headers_of(scope)
                invocation = await self._invocation(headers, receive)
                await _Call(self._model, self._headers, self._threads, receive, send).run(headers, invocation)
            else:
                await respond(send, HTTPStatus.OK, self._description(scope["path"]), self._headers)
        except RefusedError as refused:
            await respond(send, refused.status, {"error": str(refused)}, self._headers)
        except GoneError:
            return

    async def _invocation(self, headers: Mapping[str, str], receive: Receive) -> Invocation:
        invocation = invocation_from(headers, await read_body(headers, receive, self._most))
        problem = check_arguments(self._model, invocation)
        if problem:
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"the entry point takes other arguments: {problem}")
        return invocation

    def _description(self, path: str) -> Mapping[str, Any]:
        manifest = self._model.package.manifest
        known = {
            "model_id": manifest.model_id,
            "model_name": manifest.model_name,
            "experiment_name": manifest.experiment_name,
            "package": self._model.package.digest,
        }
        return {"status": "ok", **known} if path in _HEALTH else {**known, "entry_point": manifest.entry_point}


class _Call:
    """One call of the entry point, and the answer to it."""

    def __init__(
        self, model: LoadedModel, headers: list[Header], threads: ThreadPoolExecutor, receive: Receive, send: Send
    ) -> None:
        self._model = model
        self._headers = headers
        self._threads = threads
        self._receive = receive
        self._send = send

    async def run(self, headers: Mapping[str, str], invocation: Invocation) -> None:
        """Call it under a span of the caller's trace, and send what it gives."""
        live = _started(propagate.extract(headers), self._model)
        token = attach(live.context)
        try:
            live.set_inputs(invocation.inputs)
            await self._send_result(live, headers, await called(self._model, invocation, self._threads))
        except Exception as failure:  # noqa: BLE001 - a package's failure is one request's and not the server's
            await self._fail(live, failure)
        finally:
            detach(token)
            live.end()

    async def _send_result(self, live: LiveSpan, headers: Mapping[str, str], result: Any) -> None:
        if not isinstance(result, AsyncIterator):
            live.set_outputs(result)
            await self._respond(live, HTTPStatus.OK, {"predictions": result})
        elif STREAM_TYPE.decode() in headers.get("accept", ""):
            await self._stream(live, result)
        else:
            items = [item async for item in result]
            live.set_outputs(items)
            await self._respond(live, HTTPStatus.OK, {"predictions": items})

    async def _stream(self, live: LiveSpan, items: AsyncIterator[Any]) -> None:
        live.set_attribute(semconv.HTTP_RESPONSE_STATUS_CODE, int(HTTPStatus.OK))
        head = [(b"content-type", STREAM_TYPE), (b"cache-control", b"no-store"), *self._with_trace(live)]
        await begin(self._send, HTTPStatus.OK, head)
        gone = asyncio.create_task(_gone(self._receive))
        sent = []
        try:
            async for item in items:
                sent.append(item)
                await self._send({"type": "http.response.body", "body": event(to_json(item)), "more_body": True})
                if gone.done():
                    return
            await self._send({"type": "http.response.body", "body": event(_DONE)})
        except Exception as failure:  # noqa: BLE001 - the beginning of the answer has been sent
            live.record_exception(failure)
            told = to_json({"error": self._told(live, failure)})
            await self._send({"type": "http.response.body", "body": event(told, "error")})
        finally:
            live.set_outputs(sent)
            gone.cancel()
            close = getattr(items, "aclose", None)
            if close is not None:
                await close()

    async def _fail(self, live: LiveSpan, failure: Exception) -> None:
        live.record_exception(failure)
        _logger.debug("the entry point failed", exc_info=failure)
        await self._respond(live, HTTPStatus.INTERNAL_SERVER_ERROR, {"error": self._told(live, failure)})

    async def _respond(self, live: LiveSpan, status: HTTPStatus, document: Mapping[str, Any]) -> None:
        await respond(self._send, status, document, self._with_trace(live))
        live.set_attribute(semconv.HTTP_RESPONSE_STATUS_CODE, int(status))

    def _told(self, live: LiveSpan, failure: Exception) -> str:
        """What a stranger may know of a failure: its kind, and where the rest is."""
        entry_point = self._model.package.manifest.entry_point
        return f"{entry_point} raised {type(failure).__name__}: `verspan trace {live.trace_id}` has the rest"

    def _with_trace(self, live: LiveSpan) -> list[Header]:
        return [*self._headers, (TRACE_HEADER.lower().encode(), live.trace_id.encode())]


def _started(context: Context, model: LoadedModel) -> LiveSpan:
    """A server's span of the version, in the trace that the request continues."""
    context = with_active_version(model.version, context)
    attributes = {semconv.HTTP_REQUEST_METHOD: "POST", semconv.HTTP_ROUTE: INVOCATIONS}
    tracer = get_tracer("verspan.serve")
    span = tracer.start_span(f"POST {INVOCATIONS}", context, kind=SpanKind.SERVER, attributes=attributes)
    return LiveSpan(span, set_span_in_context(span, context), owned=True)


def _check_method(scope: Scope) -> None:
    path = scope["path"]
    if path not in (*_HEALTH, _VERSION, INVOCATIONS):
        raise RefusedError(HTTPStatus.NOT_FOUND, f"there is no {path[:80]!r} here: POST {INVOCATIONS}, or GET /health")
    wanted = ("POST",) if path == INVOCATIONS else ("GET", "HEAD")
    if scope["method"] not in wanted:
        raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, f"{path} takes {' and '.join(wanted)}")


async def _gone(receive: Receive) -> None:
    """Wait until whoever asked has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
