"""Noting the use of a prompt: on the current span, for the calls made from it, and with the active version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from opentelemetry import trace

from verspan.context import active_version
from verspan.instrumentation.guard import report
from verspan.prompts.linking import linker
from verspan.prompts.requests import prompt_attributes, remember

if TYPE_CHECKING:
    from verspan.prompts.model import PromptVersion


def note_load(prompt: PromptVersion, model_id: str | None) -> None:
    """Note that a prompt was loaded.

    Args:
        prompt: the prompt.
        model_id: the version of the application that uses it; the active one where it is None.
    """
    try:
        _note(prompt, model_id)
    except Exception as error:  # noqa: BLE001 - the application has its prompt in any case
        report(error, "noting that a prompt was loaded")


def note_format(prompt: PromptVersion, result: str | Sequence[Mapping[str, Any]]) -> None:
    """Note that a prompt was formatted, and remember to what.

    Args:
        prompt: the prompt.
        result: the text or the messages.
    """
    try:
        _note(prompt, None)
        remember(prompt.name, prompt.version, result)
    except Exception as error:  # noqa: BLE001 - likewise
        report(error, "noting that a prompt was formatted")


def _note(prompt: PromptVersion, model_id: str | None) -> None:
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attributes(prompt_attributes(prompt.name, prompt.version))
    if model_id is None:
        version = active_version()
        model_id = None if version is None else version.model_id
    if model_id is not None:
        linker.note(model_id, prompt.name, prompt.version)
