"""What the resource of a provider of ours says of the application, by OpenTelemetry's names."""

from __future__ import annotations

from opentelemetry.context import Context

from verspan.context import active_version, current_experiment
from verspan.semconv import SERVICE_NAME, SERVICE_VERSION
from verspan.telemetry.vcs import vcs_attributes
from verspan.versions.application import application_head
from verspan.versions.identity import DEFAULT_EXPERIMENT


def resource_attributes() -> dict[str, str]:
    """The service's name and version, and where its code came from, each where it is known at this moment.

    The experiment names the service: it is the application that versions belong to, which says more in Jaeger than
    ``unknown_service``. Its version is the one that the process has for its first span; spans carry their own.
    """
    attributes = vcs_attributes(application_head())
    if current_experiment() != DEFAULT_EXPERIMENT:
        attributes[SERVICE_NAME] = current_experiment()
    version = active_version(Context())
    if version is not None and version.name is not None:
        attributes[SERVICE_VERSION] = version.name
    return attributes
