"""What OpenTelemetry's ``OTEL_*`` variables say about a signal: whether it is sent, and by which protocol."""

from __future__ import annotations

import logging
import os
from enum import Enum
from functools import cache

from opentelemetry.sdk.environment_variables import OTEL_EXPORTER_OTLP_PROTOCOL

_logger = logging.getLogger(__name__)


class Signal(str, Enum):
    """One kind of telemetry."""

    TRACES = "traces"
    METRICS = "metrics"
    LOGS = "logs"


class OtlpProtocol(str, Enum):
    """How OTLP travels; the values of ``OTEL_EXPORTER_OTLP_PROTOCOL`` that Python's exporters know."""

    HTTP = "http/protobuf"
    GRPC = "grpc"


def is_sent(signal: Signal, *, by_default: bool) -> bool:
    """Whether ``OTEL_{SIGNAL}_EXPORTER`` lets a signal go to OTLP: it is unset and so by default, or it names otlp."""
    named = os.environ.get(f"OTEL_{signal.name}_EXPORTER", "").strip()
    return "otlp" in [name.strip() for name in named.split(",")] if named else by_default


def protocol_of(signal: Signal) -> OtlpProtocol:
    """The protocol of a signal: its own variable's, else the general one's, else http/protobuf.

    That default is the specification's (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
    """
    for variable in (f"OTEL_EXPORTER_OTLP_{signal.name}_PROTOCOL", OTEL_EXPORTER_OTLP_PROTOCOL):
        if value := os.environ.get(variable, "").strip():
            return _known_protocol(variable, value)
    return OtlpProtocol.HTTP


@cache  # said once, not once for each signal
def _known_protocol(variable: str, value: str) -> OtlpProtocol:
    try:
        return OtlpProtocol(value)
    except ValueError:
        # The specification has a value that is not known ignored, with a warning.
        _logger.warning(
            "%s=%s is not a protocol of OpenTelemetry's Python exporters: %s is used. Set it to %s.",
            variable,
            value,
            OtlpProtocol.HTTP.value,
            " or ".join(protocol.value for protocol in OtlpProtocol),
        )
        return OtlpProtocol.HTTP
