"""What the local API server answers to a chat completion request.

Everything follows from the model, the system prompt and the question:

- The question's words choose a topic of the corpus. Where the topic has a tool, the request offers it and the question
  holds what the tool needs, the reply is the tool's calls; once tools have answered, it is built from their answers.
- A hash of model, system prompt and question picks the reasoning tokens and the opening of the first choice; the next
  choice has the next opening.
- The time that it takes is the model's own, a few milliseconds more that only the question decides, and some for each
  token of output.
- A system prompt that says "brief" gets the first two sentences of a topic, any other all of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from verspan.demo import tokens
from verspan.demo.chat_request import ChatRequest
from verspan.demo.corpus import TopicTool, load_corpus

FinishReason = Literal["stop", "length", "tool_calls"]

_BRIEF_SENTENCES = 2
_LATENCY_SPREAD_MS = 12
_MS_PER_TOKEN = 0.05
_REASONING_STEP = 64
_REASONING_STEPS: Mapping[str, int] = {"minimal": 0, "low": 1, "medium": 2, "high": 4}


@dataclass(frozen=True)
class FunctionCall:
    """One call of a tool that a reply asks for."""

    id: str
    name: str
    arguments: str
    """JSON, as the model would write it."""


@dataclass(frozen=True)
class ReplyChoice:
    """One of the answers of a reply: text or tool calls."""

    text: str | None
    calls: tuple[FunctionCall, ...]
    finish_reason: FinishReason

    @property
    def token_count(self) -> int:
        """Output tokens that the reader sees."""
        return tokens.count(self.text or "") + sum(tokens.count(call.name + call.arguments) for call in self.calls)


@dataclass(frozen=True)
class ReplyUsage:
    """Tokens of one reply: cached ones are among the input, reasoning ones among the output."""

    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int


@dataclass(frozen=True)
class ChatReply:
    """A whole reply, and the time that it takes."""

    snapshot: str
    choices: tuple[ReplyChoice, ...]
    usage: ReplyUsage
    latency_ms: float


def reply_to(request: ChatRequest) -> ChatReply:
    """The reply to a request: always the same one."""
    choices = tuple(_choice(request, index) for index in range(request.choice_count))
    usage = _usage(request, choices)
    spread_ms = int(_hash(request.question), 16) % _LATENCY_SPREAD_MS
    return ChatReply(
        snapshot=request.model.snapshot,
        choices=choices,
        usage=usage,
        latency_ms=request.model.latency_ms + spread_ms + _MS_PER_TOKEN * usage.output_tokens,
    )


def _choice(request: ChatRequest, index: int) -> ReplyChoice:
    topic = load_corpus().topic_of(request.question)
    if topic.tool and request.tool_results:
        return _text_choice(request, index, _told_by_tool(topic.tool, request.tool_results))
    calls = _calls(request, topic.tool, index) if topic.tool else ()
    if calls:
        return ReplyChoice(None, calls, "tool_calls")
    return _text_choice(request, index, topic.sentences)


def _calls(request: ChatRequest, tool: TopicTool, index: int) -> tuple[FunctionCall, ...]:
    if tool.name not in request.tools:
        return ()
    return tuple(
        FunctionCall(f"call_{_digest(request, f'{index}/{place}')[:24]}", tool.name, arguments)
        for place, arguments in enumerate(tool.arguments(request.question))
    )


def _told_by_tool(tool: TopicTool, results: list[str]) -> tuple[str, ...]:
    """The tool's sentences, filled from each of its answers; an answer that is no such JSON is told as it is."""
    return tuple(sentence for result in results for sentence in _filled(tool.sentences, result))


def _filled(sentences: tuple[str, ...], result: str) -> tuple[str, ...]:
    try:
        values = json.loads(result)
        return tuple(sentence.format_map(values) for sentence in sentences)
    except (ValueError, KeyError, TypeError):
        return (result,)


def _text_choice(request: ChatRequest, index: int, sentences: tuple[str, ...]) -> ReplyChoice:
    openings = load_corpus().openings
    opening = openings[(_pick(request, "opening", len(openings)) + index) % len(openings)]
    told = sentences[:_BRIEF_SENTENCES] if "brief" in request.system_prompt.lower() else sentences
    pieces = tokens.split(" ".join(filter(None, (opening, *told))))
    limit = request.token_limit
    if limit is not None and len(pieces) > limit:
        return ReplyChoice("".join(pieces[:limit]), (), "length")
    return ReplyChoice("".join(pieces), (), "stop")


def _usage(request: ChatRequest, choices: tuple[ReplyChoice, ...]) -> ReplyUsage:
    reasoning = _reasoning_tokens(request)
    return ReplyUsage(
        input_tokens=tokens.count_prompt(
            (message.text + message.calls for message in request.messages), request.tools_json
        ),
        cached_tokens=tokens.cached(tokens.count(request.system_prompt) + tokens.count(request.tools_json)),
        output_tokens=reasoning + sum(choice.token_count for choice in choices),
        reasoning_tokens=reasoning,
    )


def _reasoning_tokens(request: ChatRequest) -> int:
    if not request.model.reasoning:
        return 0
    return _REASONING_STEP * _REASONING_STEPS.get(request.reasoning_effort, 2) * (1 + _pick(request, "reasoning", 3))


def _pick(request: ChatRequest, purpose: str, choices: int) -> int:
    """A number below ``choices`` that depends on the request alone."""
    return int(_digest(request, purpose), 16) % choices


def _digest(request: ChatRequest, purpose: str) -> str:
    return _hash(request.model.id, request.system_prompt, request.question, purpose)


def _hash(*texts: str) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()
