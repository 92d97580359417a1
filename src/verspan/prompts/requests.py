"""Which prompt a model call was made from: found in what its request says, and never guessed from the order of calls.

What a prompt was formatted to is remembered for a while. A request that has all of its texts, each whole or within a
longer one, was made from it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from verspan.semconv import GEN_AI_PROMPT_NAME, GEN_AI_PROMPT_VERSION

_MAX_REMEMBERED: Final = 256  # by the whole process, to be found as whole texts of a request
_MAX_REMEMBERED_HERE: Final = 4  # by a thread or a task, to be found within longer texts of its requests too
_LEAST_WITHIN: Final = 20  # characters: a shorter text may stand in a longer one by chance
_MOST_CHARACTERS: Final = 200_000  # of a text that is looked at
_MOST_TEXTS: Final = 1_000  # of a request


@dataclass(frozen=True)
class FormattedPrompt:
    """What a version of a prompt was formatted to."""

    name: str
    version: int
    texts: Sequence[str]
    """The text, or the texts of the messages."""

    @cached_property
    def attributes(self) -> Mapping[str, str]:
        """What a span of a call made from it has."""
        return prompt_attributes(self.name, self.version)

    @cached_property
    def longest(self) -> str:
        """The longest of its texts, by which it is remembered."""
        return max(self.texts, key=len, default="")

    def is_within(self, request: Sequence[str]) -> bool:
        """Whether a request with these texts has all of its own."""
        return all(any(_holds(asked, text) for asked in request) for text in self.texts)


class _Adding:
    lock = threading.Lock()


def _renew_lock() -> None:
    _Adding.lock = threading.Lock()


formatted_prompts: Final[dict[str, FormattedPrompt]] = {}
"""Those that this process formatted or asked with last, by their longest text; who looks one up needs no lock."""
_here: ContextVar[tuple[FormattedPrompt, ...]] = ContextVar("verspan_formatted_prompts", default=())
if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_renew_lock)  # which another thread may have held


def prompt_attributes(name: str, version: int) -> Mapping[str, str]:
    """What a span that has to do with a version of a prompt has."""
    return {GEN_AI_PROMPT_NAME: name, GEN_AI_PROMPT_VERSION: str(version)}


def remember(name: str, version: int, result: str | Sequence[Mapping[str, Any]]) -> None:
    """Remember what a prompt was formatted to.

    Args:
        name: the prompt's name.
        version: its number.
        result: the text, or the messages.
    """
    contents = [result] if isinstance(result, str) else [message["content"] for message in result]
    texts = [text for text in _texts_of_contents(contents) if text]
    if texts and sum(map(len, texts)) <= _MOST_CHARACTERS:
        formatted = FormattedPrompt(name, version, texts)
        _put_in_front(formatted)
        _here.set((formatted, *_here.get()[: _MAX_REMEMBERED_HERE - 1]))


def attributes_of_request(body: Any) -> Mapping[str, str]:
    """The attributes that say which prompt a request was made from; none where it was made from none that is known.

    Args:
        body: what is sent, as JSON has values. Of several prompts in it the one with the longest text counts.
    """
    texts = [text for text in _texts_in(body) if len(text) <= _MOST_CHARACTERS]
    known = [formatted_prompts.get(text) for text in texts]
    found = [each for each in (*_here.get(), *known) if each is not None and each.is_within(texts)]
    if not found:
        return {}
    formatted = max(found, key=lambda each: len(each.longest))
    _put_in_front(formatted)
    return formatted.attributes


def _put_in_front(formatted: FormattedPrompt) -> None:
    """Have one remembered the longest, and let go of the last where there are too many."""
    with _Adding.lock:
        formatted_prompts.pop(formatted.longest, None)
        while len(formatted_prompts) >= _MAX_REMEMBERED:
            del formatted_prompts[next(iter(formatted_prompts))]
        formatted_prompts[formatted.longest] = formatted


def _holds(asked: str, text: str) -> bool:
    return asked == text or (len(text) >= _LEAST_WITHIN and text in asked)


def _texts_of_contents(contents: Sequence[Any]) -> list[str]:
    """The texts of messages' contents, each a text or a list of parts of which some have one."""
    parts = [part for content in contents for part in ([content] if isinstance(content, str) else content)]
    texts = [part.get("text") if isinstance(part, Mapping) else part for part in parts]
    return [text for text in texts if isinstance(text, str)]


def _texts_in(body: Any) -> list[str]:
    """All texts in a request, whatever they are for; at most a thousand."""
    found: list[str] = []
    pending: list[Any] = [body]
    while pending and len(found) < _MOST_TEXTS:
        each = pending.pop()
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, dict):
            pending.extend(each.values())
        elif isinstance(each, list):
            pending.extend(each)
    return found
