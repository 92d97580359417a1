"""The one wrapper around a client's method, sync or async, whole or streamed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

from opentelemetry.context import create_key, get_current
from opentelemetry.instrumentation.utils import is_instrumentation_enabled

from verspan.instrumentation import abandoned
from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.envelopes import follow_envelope
from verspan.instrumentation.guard import report
from verspan.instrumentation.lifecycle import CallRun
from verspan.instrumentation.stepping import AwaitIn, run_in
from verspan.instrumentation.streams import follow_stream
from verspan.instrumentation.telemetry import Telemetry

COVERED = create_key("verspan.covered")
"""The key under which a context says that calls made in it have a span already; see :mod:`.covering`."""
_MOST_TYPES = 256  # of responses; a client has a few


class _Form(Enum):
    """What a response is to whoever waits for its end."""

    WHOLE = "whole"
    STREAM = "stream"
    ENVELOPE = "envelope"


@lru_cache(maxsize=_MOST_TYPES)
def _is_awaitable(kind: type) -> bool:
    """Whether objects of a type can be awaited; kept, since a client's models look a missing name up at length."""
    return hasattr(kind, "__await__")


class CallWrapper:
    """What wrapt calls in place of a client's method.

    The first adapter that describes a call is the one that reads it; where none does, the call passes untouched.
    """

    def __init__(self, telemetry: Telemetry, adapters: Sequence[CallAdapter]) -> None:
        self._telemetry = telemetry
        self._adapters = adapters
        self._forms: dict[type, _Form] = {}
        self.active = True

    def switch_off(self) -> None:
        """Let calls pass untouched from now on."""
        self.active = False

    def __call__(
        self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Make the call, with a span around it."""
        run = self._begin(instance, args, kwargs)
        if run is None:
            return wrapped(*args, **kwargs)
        try:
            response = run_in(run.context, wrapped, *args, **kwargs)
        except BaseException as failure:
            run.finish(failure)
            raise
        if _is_awaitable(type(response)):  # type: ignore[arg-type]  # a type is hashable, whatever mypy says of its metaclass
            abandoned.watch()
            return self._awaited(run, response)
        return self._received(run, response)

    async def _awaited(self, run: CallRun, responding: Awaitable[Any]) -> Any:
        try:
            response = await AwaitIn(run.context, responding)
        except BaseException as failure:
            run.finish(failure)
            raise
        return self._received(run, response)

    def _begin(self, instance: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> CallRun | None:
        parent = get_current()
        # nothing is said where there is no context
        if not self.active or (parent and (COVERED in parent or not is_instrumentation_enabled())):
            return None
        try:
            for adapter in self._adapters:
                call = adapter.describe(instance, args, kwargs)
                if call is not None:
                    run = CallRun(self._telemetry, adapter, call, parent)
                    run.take_request(instance, args, kwargs)
                    return run
        except Exception as error:  # noqa: BLE001 - a call that cannot be described is made without a span
            report(error, "describing a call")
        return None

    def _received(self, run: CallRun, response: Any) -> Any:
        follow = getattr(run.adapter, "follow", None)
        if follow is not None:
            return _followed(follow, run, response)
        form = self._forms.get(type(response))
        if form is None:
            try:
                form = self._form_of(response, run.adapter)
            except Exception as error:  # noqa: BLE001 - the application gets its response in any case
                report(error, "looking at a response")
                run.finish()
                return response
        if form is _Form.WHOLE:
            run.take_response(response)
        elif form is _Form.STREAM:
            return follow_stream(response, run)
        else:
            follow_envelope(response, run)
        return response

    def _form_of(self, response: Any, adapter: CallAdapter) -> _Form:
        """What the adapter says of a response, remembered for others of its type."""
        if len(self._forms) >= _MOST_TYPES:
            self._forms.clear()
        if adapter.is_stream(response):
            form = _Form.STREAM
        else:
            form = _Form.ENVELOPE if adapter.is_raw(response) else _Form.WHOLE
        self._forms[type(response)] = form
        return form


def _followed(follow: Callable[[Any, CallRun], Any], run: CallRun, response: Any) -> Any:
    abandoned.watch()
    try:
        return follow(response, run)
    except Exception as error:  # noqa: BLE001 - the application gets its response in any case
        report(error, "following a response")
        run.finish()
        return response
