"""What happens to an error of our own inside instrumentation: never the application's problem, never silent either."""

from __future__ import annotations

import logging
import os

from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS

_logger = logging.getLogger(__name__)
_reported: set[tuple[str, type[BaseException]]] = set()  # bounded by our own call sites times kinds of error


def report(error: Exception, doing: str) -> None:
    """Log an error of Verspan's own, once for each place and kind, and let the application go on.

    Args:
        error: what was caught.
        doing: what was being done, as the sentence "error while …" ends.

    Raises:
        Exception: the error itself, under Verspan's own tests (``VERSPAN_RAISE_INTERNAL_ERRORS``).
    """
    if os.environ.get(ENV_RAISE_INTERNAL_ERRORS):
        raise error
    kind = (doing, type(error))
    if kind in _reported:
        return
    _reported.add(kind)
    _logger.warning(
        "Verspan: error while %s (%s); the application is not affected, a span may lack something. "
        "Further ones of this kind are not logged.",
        doing,
        type(error).__name__,
        exc_info=error if _logger.isEnabledFor(logging.DEBUG) else None,
    )
