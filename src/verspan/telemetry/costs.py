"""What calls cost, as a metric that is worked out when it is read.

A price list takes most of a second to load and a model's prices half a millisecond to look up, once a minute. The
caller of a model is to wait for neither, so calls are kept here until a reader of metrics asks.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from opentelemetry.metrics import CallbackOptions, Meter, MeterProvider, Observation

from verspan.pricing import cost_of_call
from verspan.semconv import METRIC_OPERATION_COST

MOST_WAITING: Final = 10_000
"""Calls that are kept for a reader. Beyond, each call prices the one kept longest, which takes 3 microseconds."""

Attributes = Mapping[str, Any]


class _Unpriced(NamedTuple):
    attributes: Attributes
    usage: Attributes
    at_ns: int


class CostMetric:
    """The counter ``verspan.client.operation.cost``, in USD; a call whose price is not known adds nothing.

    To be had from :func:`cost_metric`.
    """

    def __init__(self, meter: Meter) -> None:
        self._waiting: deque[_Unpriced] = deque()
        self._totals: dict[frozenset[tuple[str, Any]], float] = {}
        meter.create_observable_counter(
            METRIC_OPERATION_COST, [self._observe], "USD", "Cost of GenAI client calls whose price is known"
        )

    def add(self, attributes: Attributes, usage: Attributes) -> None:
        """Count a call that has just ended.

        Args:
            attributes: those that the metric carries, provider, models and service tier among them.
            usage: the call's tokens, by the conventions' attribute names.
        """
        self._waiting.append(_Unpriced(attributes, usage, time.time_ns()))
        if len(self._waiting) > MOST_WAITING:
            self._price(1)

    def _observe(self, options: CallbackOptions) -> Iterable[Observation]:  # noqa: ARG002 - OpenTelemetry's signature
        self._price(len(self._waiting))
        with _process.lock:
            return [Observation(usd, dict(attributes)) for attributes, usd in self._totals.items()]

    def _price(self, count: int) -> None:
        for _ in range(count):
            try:
                call = self._waiting.popleft()
            except IndexError:  # another thread was quicker
                return
            cost = cost_of_call({**call.attributes, **call.usage}, call.at_ns)
            if cost is not None:
                self._total(frozenset(call.attributes.items()), cost.usd)

    def _total(self, attributes: frozenset[tuple[str, Any]], usd: float) -> None:
        with _process.lock:
            self._totals[attributes] = self._totals.get(attributes, 0.0) + usd


class _OfTheProcess:
    """Stands for whatever provider the process has, now or later."""


class _Process:
    """The counters of this process, by provider and scope."""

    def __init__(self) -> None:
        self.provider = _OfTheProcess()
        self.made: WeakKeyDictionary[object, dict[str, CostMetric]] = WeakKeyDictionary()
        self.renew_lock()

    def renew_lock(self) -> None:
        """Replace the lock, which another thread may have held when this process was forked."""
        self.lock = threading.Lock()


_process = _Process()
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_process.renew_lock)


def cost_metric(meter: Meter, provider: MeterProvider | None) -> CostMetric:
    """The counter of a scope, made when it is first asked for.

    OpenTelemetry asks the first counter of a name alone, and would never ask that of a client instrumented once more.

    Args:
        meter: the scope's.
        provider: the meter's; None where it is the process's own.
    """
    with _process.lock:
        of_provider = _process.made.setdefault(provider or _process.provider, {})
        if meter.name not in of_provider:
            of_provider[meter.name] = CostMetric(meter)
        return of_provider[meter.name]
