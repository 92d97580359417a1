"""The names of operations, from methods and paths."""

from __future__ import annotations

import pytest

from verspan_openai._endpoints import operation_name


@pytest.mark.parametrize(
    ("request_line", "name"),
    [
        ("post /moderations", "moderate_content"),
        ("post /assistants", "create_agent"),
        ("post /threads/thread_1/runs", "invoke_agent"),
        ("post /threads/thread_1/runs/run_1/submit_tool_outputs", "submit_tool_outputs"),
        ("post /vector_stores/vs_1/search", "retrieval"),
        ("post /responses/input_tokens", "count_tokens"),
        ("post /images/edits", "edit_image"),
        ("get /files", "list_files"),
        ("post /files", "create_file"),
        ("get /files/file-1", "fetch_file"),
        ("get /files/file-1/content", "fetch_file_content"),
        ("delete /files/file-1", "delete_file"),
        ("post /batches", "create_batch"),
        ("get /batches", "list_batches"),
        ("post /batches/batch_1/cancel", "cancel_batch"),
        ("post /vector_stores/vs_1", "update_vector_store"),
        ("post /vector_stores/vs_1/file_batches", "create_vector_store_file_batch"),
        ("post /vector_stores/vs_1/file_batches/vsfb_1/cancel", "cancel_vector_store_file_batch"),
        ("get /vector_stores/vs_1/file_batches/vsfb_1/files", "list_vector_store_file_batch_files"),
        ("post /fine_tuning/jobs/ftjob-1/pause", "pause_fine_tuning_job"),
        ("post /realtime/calls/rtc_1/hangup", "hangup_realtime_call"),
        ("post /realtime/client_secrets", "create_realtime_client_secret"),
        ("post /videos/video_1/remix", "remix_video"),
        ("get /models/whisper", "fetch_model"),
        ("get /conversations/conv_1/items", "list_conversation_items"),
        ("get /responses/resp_1/input_items", "list_response_input_items"),
        ("delete /responses/resp_1", "delete_response"),
        ("post /v1/rerank", "create_rerank"),
        ("patch /vaults/vault_1", "update_vault"),
        ("options /files", "options_file"),
        ("get /", "get_root"),
    ],
)
def test_name(request_line: str, name: str) -> None:
    """The same operation has one name, whatever it is done to."""
    assert operation_name(*request_line.split()) == name
