"""Every endpoint that no other adapter describes; see :mod:`verspan.instrumentation.stainless.others`."""

from __future__ import annotations

from verspan.instrumentation.stainless import others
from verspan_openai._client import CLIENT
from verspan_openai._endpoints import NAMES


class OtherAdapter(others.OtherAdapter):
    """Takes any request."""

    name = "openai.other"
    client = CLIENT
    operation_names = NAMES


class MakingAdapter(others.MakingAdapter):
    """Takes any request that makes something."""

    name = "openai.making"
    client = CLIENT
    operation_names = NAMES
