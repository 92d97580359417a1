"""What the adapters of all endpoints share: the client whose calls they take."""

from __future__ import annotations

from verspan.instrumentation.stainless import adapting
from verspan_openai._client import CLIENT


class ClientAdapter(adapting.ClientAdapter):
    """Takes what the client gives back."""

    client = CLIENT


class PostAdapter(adapting.PostAdapter):
    """Takes calls that post JSON to one endpoint and name a model."""

    client = CLIENT
