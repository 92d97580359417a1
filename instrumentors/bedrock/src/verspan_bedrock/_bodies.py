"""The bodies of the models on Bedrock: Anthropic's, Amazon's, OpenAI's shape, and those that answer in plain texts.

Which one it is shows in the body itself, so that a new version of a model, or a profile with a name of its own, is read
like the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.anthropic_json import replies as anthropic_replies
from verspan.instrumentation.anthropic_json import requests as anthropic_requests
from verspan.instrumentation.calls import CallInput, Reply, Usage
from verspan.instrumentation.fields import field, fields, integer, items, text, texts
from verspan.instrumentation.media import blob_part
from verspan.instrumentation.messages import Message
from verspan.instrumentation.openai_json import replies as openai_replies
from verspan.instrumentation.openai_json import requests as openai_requests
from verspan.instrumentation.parts import spoken, text_parts
from verspan.semconv import GEN_AI_EMBEDDINGS_DIMENSION_COUNT
from verspan_bedrock import _blocks
from verspan_bedrock._converse import read_reply as read_converse
from verspan_bedrock._converse import read_usage
from verspan_bedrock._reasons import finish_reason

_PROMPTS = ("prompt", "inputText", "texts", "message")
_METRICS = "amazon-bedrock-invocationMetrics"
_CONVERSE = ("output", "messageStart", "contentBlockStart", "contentBlockDelta", "messageStop", "metadata")
_LISTS = ("results", "outputs", "generations")
_SAID = ("outputText", "generation", "text", "completion")
_REASONS = ("completionReason", "stop_reason", "finish_reason")
_ROLES = {"USER": "user", "CHATBOT": "assistant", "SYSTEM": "system"}


def read_input(body: Mapping[str, Any]) -> CallInput:
    """What a request says.

    Args:
        body: its JSON object.
    """
    if "anthropic_version" in body and "messages" in body:
        return anthropic_requests.read_input(body)
    if "messages" in body:
        return _blocks.read_input(body) if _is_converse(body) else openai_requests.read_input(body)
    asked = [said for name in _PROMPTS for said in texts(body.get(name))]
    asked += texts(field(body.get("textToImageParams"), "text"))
    return CallInput(
        messages=[*(_of_history(fields(one)) for one in items(body.get("chat_history"))), *spoken("user", *asked)],
        system_instructions=text_parts(texts(body.get("preamble"))),
    )


def read_reply(own: Mapping[str, Any], reply: Reply) -> None:
    """Fill a reply from a body, or add one part of a stream.

    Args:
        own: its JSON object.
        reply: the reply to fill.
    """
    if "type" in own and own["type"] != "completion":
        anthropic_replies.read_event(own, reply)
    elif "choices" in own:
        openai_replies.read_reply(own, reply)
        reply.extra.clear()  # of attributes that are OpenAI's own
    elif any(name in own for name in _CONVERSE):
        read_converse(own, reply)
    elif "embedding" in own or "embeddings" in own:
        _read_vectors(own, reply)
    elif "images" in own:
        reply.choice(0).finish_reason = "stop"
        reply.choice(0).parts += [blob_part("image", image) for image in texts(own.get("images"))]
    else:
        _read_texts(own, reply)
    if fields(own.get(_METRICS)):
        reply.usage = read_usage(_as_usage(own[_METRICS]))


def _is_converse(body: Mapping[str, Any]) -> bool:
    """Whether the blocks of the messages have no type, as those of Amazon's models have none."""
    blocks = [block for message in items(body["messages"]) for block in items(field(message, "content"))]
    return any(isinstance(block, dict) and "type" not in block for block in blocks)


def _of_history(own: Mapping[str, Any]) -> Message:
    role = text(own.get("role")) or ""
    return {"role": _ROLES.get(role, role.lower()), "parts": text_parts(texts(own.get("message")))}


def _read_texts(own: Mapping[str, Any], reply: Reply) -> None:
    found = next((items(own[name]) for name in _LISTS if name in own), [own])
    for index, one in enumerate(map(fields, found)):
        choice = reply.choice(index)
        said = next((one[name] for name in _SAID if text(one.get(name))), None)
        if said is not None and reply.capture_content:
            choice.text.append(said)
        reason = next((one[name] for name in _REASONS if text(one.get(name))), None)
        choice.finish_reason = finish_reason(reason) if reason is not None else choice.finish_reason
    _count(own, [integer(field(one, "tokenCount")) for one in found], reply)


def _count(own: Mapping[str, Any], answered: list[int | None], reply: Reply) -> None:
    """Tokens as Amazon's older models and Meta's count them; a stream tells some of them in other parts than others."""
    counted = [count for count in answered if count is not None]
    asked = _first(own, "inputTextTokenCount", "prompt_token_count")
    told = sum(counted) if counted else _first(own, "totalOutputTextTokenCount", "generation_token_count")
    before = reply.usage or Usage()
    if asked is not None or told is not None:
        reply.usage = Usage(
            before.input_tokens if asked is None else asked, before.output_tokens if told is None else told
        )


def _first(own: Mapping[str, Any], *names: str) -> int | None:
    return next((count for count in (integer(own.get(name)) for name in names) if count is not None), None)


def _read_vectors(own: Mapping[str, Any], reply: Reply) -> None:
    vectors = own.get("embeddings")
    if isinstance(vectors, dict):  # by the type of their numbers
        vectors = next(iter(vectors.values()), [])
    vector = items(own.get("embedding")) or items(next(iter(items(vectors)), None))
    if vector:
        reply.extra[GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = len(vector)
    count = _first(own, "inputTextTokenCount")
    if count is not None:
        reply.usage = Usage(input_tokens=count)


def _as_usage(metrics: Any) -> dict[str, Any]:
    """What Bedrock counts at the end of a stream, under Converse's names."""
    names = ("input", "output", "cacheReadInput", "cacheWriteInput")
    return {f"{name}Tokens": field(metrics, f"{name}TokenCount") for name in names}
