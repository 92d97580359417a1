"""What Verspan finds under the name ``local``."""

from __future__ import annotations

from verspan.pipelines import Pipeline
from verspan.settings import Settings
from verspan_local.processor import LocalSpanProcessor

_SQLITE = "sqlite:///"


def build(settings: Settings) -> Pipeline:
    """The pipeline into the settings' store, which is opened when the first span is written."""
    return Pipeline(
        destination=_destination(settings.store_url),
        span_processors=(LocalSpanProcessor(settings.store_url),),
        takes_supplements=True,
    )


def _destination(store_url: str) -> str:
    scheme, separator, rest = store_url.removeprefix(_SQLITE).partition("://")
    return scheme + separator + rest.rpartition("@")[2]
