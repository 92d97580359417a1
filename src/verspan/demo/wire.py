"""The JSON of the chat completions API: a reply as one object, or as the chunks of a stream."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from verspan.demo import tokens
from verspan.demo.chat_reply import ChatReply, FunctionCall, ReplyChoice, ReplyUsage
from verspan.demo.corpus import load_corpus

Json = dict[str, Any]


def completion(reply: ChatReply, reply_id: str) -> Json:
    """A reply in one piece."""
    choices = [
        {"index": index, "message": _message(choice), "logprobs": None, "finish_reason": choice.finish_reason}
        for index, choice in enumerate(reply.choices)
    ]
    return {**_envelope(reply, reply_id, "chat.completion"), "choices": choices, "usage": _usage(reply.usage)}


def chunks(reply: ChatReply, reply_id: str, *, include_usage: bool) -> Iterator[Json]:
    """A reply in the pieces of a stream: the choices take turns, and usage, where it is asked for, comes last."""
    envelope = _envelope(reply, reply_id, "chat.completion.chunk")
    no_usage = {"usage": None} if include_usage else {}
    streams = [_choice_chunks(index, choice) for index, choice in enumerate(reply.choices)]
    for turn in zip_longest(*streams):
        for choice in filter(None, turn):
            yield {**envelope, "choices": [choice], **no_usage}
    if include_usage:
        yield {**envelope, "choices": [], "usage": _usage(reply.usage)}


def model_list() -> Json:
    """The models on offer."""
    offered = {model.id: model for model in load_corpus().models.values()}.values()
    data = [{"id": model.id, "object": "model", "created": model.created, "owned_by": "system"} for model in offered]
    return {"object": "list", "data": data}


def _envelope(reply: ChatReply, reply_id: str, kind: str) -> Json:
    fingerprint = hashlib.sha256(reply.snapshot.encode()).hexdigest()[:10]
    return {
        "id": reply_id,
        "object": kind,
        "created": int(time.time()),
        "model": reply.snapshot,
        "service_tier": "default",
        "system_fingerprint": f"fp_{fingerprint}",
    }


def _message(choice: ReplyChoice) -> Json:
    message: Json = {"role": "assistant", "content": choice.text, "refusal": None, "annotations": []}
    if choice.calls:
        message["tool_calls"] = [_call(call, call.arguments) for call in choice.calls]
    return message


def _call(call: FunctionCall, arguments: str) -> Json:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _choice_chunks(index: int, choice: ReplyChoice) -> Iterator[Json]:
    for delta in _deltas(choice):
        yield {"index": index, "delta": delta, "logprobs": None, "finish_reason": None}
    yield {"index": index, "delta": {}, "logprobs": None, "finish_reason": choice.finish_reason}


def _deltas(choice: ReplyChoice) -> Iterator[Mapping[str, Any]]:
    yield {"role": "assistant", "content": None if choice.calls else "", "refusal": None}
    for piece in tokens.split(choice.text or ""):
        yield {"content": piece}
    for place, call in enumerate(choice.calls):
        yield {"tool_calls": [{"index": place, **_call(call, "")}]}
        for piece in tokens.split(call.arguments):
            yield {"tool_calls": [{"index": place, "function": {"arguments": piece}}]}


def _usage(usage: ReplyUsage) -> Json:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
