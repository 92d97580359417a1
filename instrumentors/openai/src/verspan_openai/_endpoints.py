"""What a request to an endpoint of the API is called, where a few endpoints have names of their own."""

from __future__ import annotations

from verspan.instrumentation import endpoints

NAMES = {
    "post agents": "create_agent",
    "post assistants": "create_agent",
    "post audio/speech": "generate_speech",
    "post audio/transcriptions": "transcribe_audio",
    "post audio/translations": "translate_audio",
    "post images/generations": "generate_image",
    "post images/edits": "edit_image",
    "post images/variations": "vary_image",
    "post moderations": "moderate_content",
    "post responses/input_tokens": "count_tokens",
    "post threads/runs": "invoke_agent",
    "post threads/{}/runs": "invoke_agent",
    "post threads/{}/runs/{}/submit_tool_outputs": "submit_tool_outputs",
    "post vector_stores/{}/search": "retrieval",
}
"""By method and path, with ``{}`` for each id, the operations that have names of their own."""


def operation_name(method: str, path: str) -> str:
    """The name of an operation, the same for all ids.

    Args:
        method: the request's, in lower case.
        path: the request's.
    """
    return endpoints.operation_name(method, path, NAMES)
