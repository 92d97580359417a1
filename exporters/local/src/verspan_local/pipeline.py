"""What Verspan finds under the name ``local``."""

from __future__ import annotations

from verspan.pipelines import Pipeline
from verspan.settings import Settings
from verspan_local.destination import destination_of
from verspan_local.processor import LocalSpanProcessor


def build(settings: Settings) -> Pipeline:
    """The pipeline into the settings' store, which is opened when the first span is written."""
    return Pipeline(
        destination=destination_of(settings.store_url).address,
        span_processors=(LocalSpanProcessor(settings.store_url),),
        takes_supplements=True,
    )
