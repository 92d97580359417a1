"""OpenTelemetry's propagators where ``OTEL_PROPAGATORS`` names one that is not there.

OpenTelemetry loads them when it is imported, and cannot be imported then, which would keep applications from starting.
"""

from __future__ import annotations

import logging
import os
from importlib import import_module

_PROPAGATE = "opentelemetry.propagate"
_VARIABLE = "OTEL_PROPAGATORS"

_logger = logging.getLogger(__name__)


def load_propagators() -> None:
    """Load them where the variable is set, and the usual ones where it cannot be obeyed; that is said once."""
    if not os.environ.get(_VARIABLE):
        return
    try:
        import_module(_PROPAGATE)
    except Exception as error:  # noqa: BLE001 - a propagator that is broken raises anything
        wanted = os.environ.pop(_VARIABLE)
        try:
            import_module(_PROPAGATE)
        finally:
            os.environ[_VARIABLE] = wanted
        _logger.warning(
            "%s=%s cannot be used, and OpenTelemetry's usual propagators are: tracecontext and baggage (%s). "
            "Mend the variable, or install what it names.",
            _VARIABLE,
            wanted,
            error,
        )
