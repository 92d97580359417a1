"""The responses API: ``create``, ``parse``, the stream helper and ``compact``."""

from __future__ import annotations

from verspan.instrumentation.openai_json.responses import ResponsesReading
from verspan_openai._adapting import PostAdapter


class ResponsesAdapter(ResponsesReading, PostAdapter):
    """Takes a request for a response; see :class:`verspan.instrumentation.adapter.CallAdapter`."""

    name = "openai.responses"
    path = "/responses"


class CompactionAdapter(ResponsesAdapter):
    """Takes a request to compact a conversation, which a model does and which is billed as such."""

    name = "openai.compaction"
    path = "/responses/compact"
    operation_name = "compact_conversation"
