"""One request from its beginning to its answer, with its span, on either side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any, Final

from opentelemetry import propagate
from opentelemetry.context import Context, create_key, get_current, get_value, set_value
from opentelemetry.trace import SpanKind

from verspan import semconv
from verspan.instrumentation import abandoned
from verspan.instrumentation.destinations import going_to, within_this_machine
from verspan.instrumentation.guard import report
from verspan.instrumentation.operations import OperationRun, current_run, measure
from verspan.instrumentation.stepping import AwaitIn
from verspan.instrumentation.telemetry import Telemetry
from verspan_mcp._connections import UNKNOWN, Connection
from verspan_mcp._operations import RequestOperation
from verspan_mcp._requests import GET_PROMPT, INITIALIZE, Request, field
from verspan_mcp._results import RPCError, as_json, error_in, is_tool_error, text_of, tool_result

TOOL_ERROR: Final = "tool_error"
_FAULTS_OF_CALLERS: Final = frozenset({-32700, -32600, -32601, -32602, -32002})
"""Codes that are no errors of a server, by the conventions."""
_EXCHANGE: Final = create_key("verspan.mcp.exchange")


class CoveringRun:
    """The step of a framework that is the same call of a tool: it takes what is known, and no second span is made."""

    captures = False

    def __init__(self, telemetry: Telemetry, operation: RequestOperation, outer: OperationRun) -> None:
        self.operation = operation
        self.context = get_current()
        self._telemetry = telemetry
        self._outer = outer
        self._error_type: str | None = None
        self._started_at = perf_counter()
        self.set_attributes({name: operation.attributes[name] for name in operation.attributes if _is_new(name)})

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set them on the framework's span."""
        self._outer.set_attributes(attributes)

    def tell_failure(self, kind: str, message: str | None = None) -> None:  # noqa: ARG002 - the framework tells it
        """Take note of a failure; what becomes of it is the framework's to tell."""
        self._error_type = kind

    def finish(self, failure: BaseException | None = None) -> None:
        """Measure the request."""
        error_type = self._error_type if failure is None else type(failure).__qualname__
        measure(self._telemetry, self.operation, perf_counter() - self._started_at, error_type)


class Exchange:
    """One request and its answer."""

    def __init__(
        self, request: Request, run: OperationRun | CoveringRun, kind: SpanKind, connection: Connection = UNKNOWN
    ) -> None:
        """Take over a request whose span has begun.

        Args:
            request: what is asked.
            run: its span.
            kind: CLIENT where it is sent, SERVER where it is handled.
            connection: what it is sent by.
        """
        self.request = request
        self.run = run
        self.context = set_value(_EXCHANGE, self, run.context)
        self._kind = kind
        self._connection = connection
        self._say_arguments()

    def carry(self, meta: dict[str, Any]) -> None:
        """Write the trace and the version into a request's ``_meta``, by SEP-414."""
        try:
            propagate.inject(meta, self._outgoing())
        except Exception as error:  # noqa: BLE001 - the request is sent without
            report(error, "carrying the context in a request")

    def take(self, answer: Any) -> None:
        """Take the answer: a result, or an error by JSON-RPC."""
        try:
            error = error_in(answer)
            if error is not None:
                self._take_error(error)
            else:
                self._take_result(getattr(answer, "root", answer))
        except Exception as failure:  # noqa: BLE001 - the span lacks it, the application goes on
            report(failure, "reading an answer")

    def fail(self, failure: BaseException) -> None:
        """Take what was raised in place of an answer, and end."""
        error = error_in(failure)
        if error is None:
            self.run.finish(failure)
        else:
            self._take_error(error)
            self.finish()

    def finish(self) -> None:
        """End the span."""
        self.run.set_attributes({semconv.MCP_SESSION_ID: self._connection.session_id})
        self.run.finish()

    def _take_result(self, result: Any) -> None:
        if self.request.method == INITIALIZE:
            self.run.set_attributes({semconv.MCP_PROTOCOL_VERSION: as_json(result).get("protocolVersion")})
        if not self.request.is_tool_call:
            return
        if isinstance(self.run, OperationRun) and self.run.captures:
            self.run.say_result(tool_result(result))
        if is_tool_error(result):
            self.run.tell_failure(TOOL_ERROR, text_of(result))

    def _take_error(self, error: RPCError) -> None:
        code = str(error.code)
        self.run.set_attributes({semconv.RPC_RESPONSE_STATUS_CODE: code})
        if self._kind is SpanKind.CLIENT or error.code not in _FAULTS_OF_CALLERS:
            self.run.tell_failure(code, error.message)

    def _say_arguments(self) -> None:
        if not isinstance(self.run, OperationRun) or not self.run.captures or self.request.arguments is None:
            return
        if self.request.is_tool_call:
            self.run.say_arguments(self.request.arguments)
        elif self.request.method == GET_PROMPT:
            for name, value in self.request.arguments.items():
                self.run.say_text(f"{semconv.GEN_AI_PROMPT_VARIABLE_PREFIX}{name}", str(value))

    def _outgoing(self) -> Context:
        if self._connection.is_pipe:
            return within_this_machine(self.run.context)
        if self._connection.host is not None:
            return going_to(self._connection.host, self.run.context)
        return self.run.context


async def settled(exchange: Exchange, answering: Awaitable[Any], answered: Callable[[Exchange, Any], None]) -> Any:
    """The answer of a request, waited for inside its span, which ends with it.

    Args:
        exchange: the request.
        answering: what is waited for.
        answered: takes the answer.
    """
    abandoned.watch()
    try:
        answer = await AwaitIn(exchange.context, answering)
    except BaseException as failure:
        exchange.fail(failure)
        raise
    answered(exchange, answer)
    exchange.finish()
    return answer


def current_exchange() -> Exchange | None:
    """The request that the current context is in."""
    found = get_value(_EXCHANGE)
    return found if isinstance(found, Exchange) else None


def covering_run(request: Request) -> OperationRun | None:
    """The step of a framework that is this call of a tool already; None where there is none."""
    outer = current_run() if request.is_tool_call else None
    if outer is None or isinstance(outer.operation, RequestOperation):
        return None
    same = outer.operation.operation_name == "execute_tool" and outer.operation.name == request.target
    return outer if same else None


def protocol_version_in(headers: Any) -> str | None:
    """The version of the protocol that headers name."""
    found = field(headers, "mcp-protocol-version")
    return found if isinstance(found, str) else None


def _is_new(name: str) -> bool:
    return not name.startswith("gen_ai.")
