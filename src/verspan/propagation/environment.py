"""The version and the trace in a program that this process starts: OpenTelemetry's environment variables as carriers.

OpenTelemetry writes ``traceparent``, ``tracestate`` and ``baggage`` in capitals there. The version goes as
``VERSPAN_ACTIVE_MODEL`` besides, which every program with Verspan in it obeys; the trace is continued by one that asks.

https://opentelemetry.io/docs/specs/otel/context/env-carriers/
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from opentelemetry import propagate
from opentelemetry.context import Context, attach, get_current
from opentelemetry.propagators.textmap import CarrierValT, DefaultGetter

from verspan.context import active_version, current_experiment
from verspan.instrumentation.destinations import within_this_machine
from verspan.semconv import ENV_ACTIVE_MODEL, ENV_EXPERIMENT_NAME
from verspan.versions.identity import model_id_for


def child_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a child process that is to have this one's version, and may continue its trace.

    ::

        subprocess.run([sys.executable, "worker.py"], env=child_environment())

    Args:
        environment: what it has besides; this process's own where it is None.
    """
    headers: dict[str, str] = {}
    propagate.inject(headers, within_this_machine(get_current()))
    carriers = {_variable(name): value for name, value in headers.items()}
    return {**(os.environ if environment is None else environment), **carriers, **_version()}


def continue_trace() -> Context:
    """Make what started this process its context: spans from now on belong to the trace of its environment.

    It is for programs that do one thing and end. A server continues the trace of each request instead.

    Returns:
        The context, for threads that are to have it too.
    """
    context = propagate.extract(os.environ, get_current(), getter=_Variables())
    attach(context)
    return context


class _Variables(DefaultGetter):
    """Reads headers from the variables that they are written to."""

    def get(self, carrier: Mapping[str, CarrierValT], key: str) -> list[str] | None:
        return super().get(carrier, _variable(key))


def _variable(header: str) -> str:
    return re.sub("[^A-Z0-9_]", "_", header.upper())


def _version() -> dict[str, str]:
    version, experiment = active_version(), current_experiment()
    if version is None:
        return {}
    by_name = version.name is not None and model_id_for(experiment, version.name) == version.model_id
    named = version.name if by_name and version.name is not None else version.model_id
    return {ENV_ACTIVE_MODEL: named, ENV_EXPERIMENT_NAME: experiment}
