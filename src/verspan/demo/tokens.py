"""How the local API server counts tokens: one simple rule in place of a tokenizer.

A token is a run of up to six letters or digits with the space before it, or one other character. English text then has
about four and a half characters to a token, near what the real tokenizers give. A message costs three tokens on top and
a reply three more, as OpenAI's cookbook counts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MESSAGE_TOKENS = 3
REPLY_TOKENS = 3
CACHE_MINIMUM = 1024
"""The API caches no shorter prefix."""
CACHE_STEP = 128
"""The API caches in whole steps of this many tokens."""

_TOKEN = re.compile(r"\s*(?:\w{1,6}|[^\w\s])|\s+")


def split(text: str) -> list[str]:
    """The tokens of a text; joined again they are the text."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """How many tokens a text has."""
    return len(split(text))


def count_prompt(messages: Iterable[str], tools: str) -> int:
    """Input tokens of a request.

    Args:
        messages: each message's text, tool calls included.
        tools: the JSON of the tools on offer; empty where there are none.
    """
    return REPLY_TOKENS + count(tools) + sum(MESSAGE_TOKENS + count(text) for text in messages)


def cached(prefix_tokens: int) -> int:
    """How many tokens of a prefix that repeats in every request come from the cache."""
    return prefix_tokens - prefix_tokens % CACHE_STEP if prefix_tokens >= CACHE_MINIMUM else 0
