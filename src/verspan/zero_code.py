"""Tracing with no line of the application changed.

``opentelemetry-instrument`` calls :func:`start` after it has set up its own providers and instrumentors (entry point
group ``opentelemetry_post_instrument``); ``verspan run`` calls it at the start of the interpreter.
"""

from __future__ import annotations

from verspan.instrumentation.guard import report


def start() -> None:
    """Set up tracing and trace every client whose instrumentor is installed; never raises.

    Where nothing names a version, spans belong to the application's folder and what git calls its state.
    """
    try:
        from verspan.members import autolog

        autolog()
    except Exception as error:  # noqa: BLE001 - the application starts in any case
        report(error, "starting without code")
