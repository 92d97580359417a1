"""Exporters by name: found by entry point, so that anybody may add one from outside."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache, partial
from importlib.metadata import EntryPoint, entry_points

from verspan.errors import InvalidArgumentError, MissingPackageError, VerspanError
from verspan.pipelines import ENTRY_POINT_GROUP, Pipeline, PipelineBuilder
from verspan.settings import OTLP_EXPORTER, Settings

_logger = logging.getLogger(__name__)
_OTEL_GROUP = "opentelemetry_traces_exporter"


def check_exporters(names: Sequence[str]) -> None:
    """Make sure that every exporter is installed.

    Raises:
        MissingPackageError: one that belongs to an extra of Verspan's is not.
        InvalidArgumentError: no installed package has one of that name.
    """
    for name in names:
        if _entry_point(name) is None:
            raise _missing(name)


def build_pipelines(names: Sequence[str], settings: Settings) -> dict[str, Pipeline]:
    """The pipelines of those exporters that are installed and can be set up; what cannot is logged."""
    built = {name: _build(name, settings) for name in names}
    return {name: pipeline for name, pipeline in built.items() if pipeline is not None}


def _build(name: str, settings: Settings) -> Pipeline | None:
    entry_point = _entry_point(name)
    if entry_point is None:
        _say_missing(name)
        return None
    try:
        builder: PipelineBuilder = entry_point.load() if entry_point.group == ENTRY_POINT_GROUP else _otel(entry_point)
        return builder(settings)
    except Exception as error:  # noqa: BLE001 - a broken exporter must not keep the application from starting
        _logger.warning(
            "The exporter %r cannot be set up, so nothing goes there (%s: %s). "
            "Mend or update its package, or name others in VERSPAN_EXPORTERS.",
            name,
            type(error).__name__,
            error,
        )
        return None


def _entry_point(name: str) -> EntryPoint | None:
    for group in (ENTRY_POINT_GROUP, _OTEL_GROUP):
        for found in entry_points(group=group, name=name):
            return found
    return None


def _otel(entry_point: EntryPoint) -> PipelineBuilder:
    """A builder for an exporter that only OpenTelemetry knows, such as ``console``."""
    return partial(_otel_pipeline, entry_point)


def _otel_pipeline(entry_point: EntryPoint, settings: Settings) -> Pipeline:  # noqa: ARG001 - the builder's signature
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from verspan.redaction.spans import RedactingSpanExporter

    exporter = RedactingSpanExporter(entry_point.load()())
    return Pipeline(destination=entry_point.name, span_processors=(BatchSpanProcessor(exporter),))


def _missing(name: str) -> VerspanError:
    if name == OTLP_EXPORTER:
        return MissingPackageError(f"the exporter {name!r} is not installed: pip install 'verspan[{name}]'")
    known = sorted({found.name for group in (ENTRY_POINT_GROUP, _OTEL_GROUP) for found in entry_points(group=group)})
    return InvalidArgumentError(f"no installed package has an exporter {name!r}; there are: {', '.join(known)}")


@cache  # the environment may be looked at more than once, and what is wrong with it is said once
def _say_missing(name: str) -> None:
    _logger.warning("Spans do not go everywhere they should: %s", _missing(name))
