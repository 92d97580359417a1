"""Embeddings."""

from __future__ import annotations

from typing import Any

from verspan.instrumentation.openai_json.embeddings import EmbeddingsReading, take_embeddings
from verspan_openai._adapting import PostAdapter


class EmbeddingsAdapter(EmbeddingsReading, PostAdapter):
    """Takes a request for embeddings; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "openai.embeddings"
    path = "/embeddings"

    def snapshot_response(self, response: Any) -> bytes:
        """Model, usage and the length of the vectors."""
        return take_embeddings(response, self.client.own_fields)
