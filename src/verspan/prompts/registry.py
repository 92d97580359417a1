"""Registering prompts and saying things of them: MLflow's functions, over the store that this process records in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.prompts.cache import cache
from verspan.prompts.checking import (
    Variables,
    checked_alias,
    checked_content,
    checked_message,
    checked_prompt_name,
    checked_version,
)
from verspan.prompts.model import Prompt, PromptVersion
from verspan.prompts.records import PromptQuery
from verspan.versions.checking import checked_tags
from verspan.versions.registry import opened_store
from verspan.versions.search.grammar import parse_filter
from verspan.versions.search.ordering import parse_order

if TYPE_CHECKING:
    from verspan.prompts.records import PromptRecords

_MANY: Final = 1_000


def register_prompt(  # noqa: PLR0913, PLR0917 - MLflow's signature, and the variables
    name: str,
    template: str | Sequence[Mapping[str, Any]],
    commit_message: str | None = None,
    tags: Mapping[str, str] | None = None,
    response_format: type | Mapping[str, Any] | None = None,
    model_config: Mapping[str, Any] | None = None,
    *,
    variables: Variables | None = None,
) -> PromptVersion:
    """Register a prompt, or a new version of it: each call makes one, with the next number, as in MLflow.

    ::

        verspan.register_prompt("support", "Answer as a {{ style }} assistant: {{ question }}")

    Args:
        name: 1 to 250 letters of ASCII, digits, dots, hyphens and underscores.
        template: a text, or the messages of a chat with ``role`` and ``content``. ``{{ name }}`` is a variable.
        commit_message: what has changed.
        tags: of the version.
        response_format: the JSON Schema of the answer that is asked for, or a Pydantic class.
        model_config: what to call the model with, such as ``{"model_name": "gpt-4o-mini", "temperature": 0.2}``.
        variables: declared variables, or their types by name; those that are not declared take any value.

    Raises:
        InvalidArgumentError: something of it cannot be used.
        StoreError: the store cannot be written.
    """
    name = checked_prompt_name(name)
    content = checked_content(template, variables, response_format, model_config)
    message, kept_tags = checked_message(commit_message), checked_tags(tags or {})
    with _changing(name, create=True) as prompts:
        return prompts.register(name, content, commit_message=message, tags=kept_tags)


def search_prompts(
    filter_string: str | None = None, max_results: int | None = None, order_by: Sequence[str] | None = None
) -> Sequence[Prompt]:
    """Prompts that match a filter, by name where no order is given.

    Args:
        filter_string: such as ``"name LIKE 'support%' AND tags.team = 'billing'"``; the language is that of
            `search_logged_models`, over ``name``, ``tags.…``, ``creation_timestamp`` and ``last_updated_timestamp``.
        max_results: how many at the most; a thousand where it is None.
        order_by: such as ``["last_updated_timestamp DESC"]``.

    Raises:
        InvalidArgumentError: the filter or the order cannot be understood; the message shows where.
        StoreError: the store cannot be read.
    """
    where, order = parse_filter(filter_string or ""), parse_order(order_by or ())
    query = PromptQuery(where=where, order_by=order, limit=_checked_limit(max_results))
    with opened_store() as store:
        return store.prompts.find(query)


def search_prompt_versions(name: str, max_results: int | None = None) -> Sequence[PromptVersion]:
    """The versions of a prompt, newest first; none where there is no such prompt.

    Args:
        name: the prompt.
        max_results: how many at the most; a thousand where it is None.

    Raises:
        InvalidArgumentError: the name is none.
        StoreError: the store cannot be read.
    """
    named, limit = checked_prompt_name(name), _checked_limit(max_results)
    with opened_store() as store:
        return store.prompts.versions(named, limit)


def set_prompt_alias(name: str, alias: str, version: int) -> None:
    """Point an alias, such as ``"production"``, at a version; who moved it from where is in the audit log.

    Args:
        name: the prompt.
        alias: letters of ASCII, digits, hyphens and underscores; ``latest`` and numbers are taken.
        version: the version's number.

    Raises:
        InvalidArgumentError: the name, the alias or the number is none.
        NotFoundError: there is no such version.
        StoreError: the store cannot be written.
    """
    with _changing(checked_prompt_name(name)) as prompts:
        prompts.set_alias(name, checked_alias(alias), checked_version(version))


def delete_prompt_alias(name: str, alias: str) -> None:
    """Take an alias away; the version that it pointed at stays.

    Raises:
        NotFoundError: there is no such prompt or alias.
        StoreError: the store cannot be written.
    """
    with _changing(checked_prompt_name(name)) as prompts:
        prompts.delete_alias(name, checked_alias(alias))


def get_prompt_tags(name: str) -> Mapping[str, str]:
    """The tags of a prompt, whatever version.

    Raises:
        NotFoundError: there is no such prompt.
        StoreError: the store cannot be read.
    """
    with opened_store() as store:
        prompt = store.prompts.get(checked_prompt_name(name))
    if prompt is None:
        raise NotFoundError(f"there is no prompt {name!r}: `verspan prompts` lists those that are registered")
    return prompt.tags


def set_prompt_tag(name: str, key: str, value: str) -> None:
    """Set a tag of a prompt, whatever version.

    Raises:
        InvalidArgumentError: the key or the value cannot be used.
        NotFoundError: there is no such prompt.
        StoreError: the store cannot be written.
    """
    _set_tag(name, key, value, None)


def delete_prompt_tag(name: str, key: str) -> None:
    """Take a tag of a prompt away.

    Raises:
        NotFoundError: there is no such prompt or tag.
        StoreError: the store cannot be written.
    """
    with _changing(checked_prompt_name(name)) as prompts:
        prompts.delete_tag(name, key)


def set_prompt_version_tag(name: str, version: int | str, key: str, value: str) -> None:
    """Set a tag of a version of a prompt; its content never changes.

    Raises:
        InvalidArgumentError: the key or the value cannot be used.
        NotFoundError: there is no such version.
        StoreError: the store cannot be written.
    """
    _set_tag(name, key, value, checked_version(version))


def delete_prompt_version_tag(name: str, version: int | str, key: str) -> None:
    """Take a tag of a version of a prompt away.

    Raises:
        NotFoundError: there is no such version or tag.
        StoreError: the store cannot be written.
    """
    with _changing(checked_prompt_name(name)) as prompts:
        prompts.delete_tag(name, key, checked_version(version))


def _checked_limit(max_results: int | None) -> int:
    if max_results is not None and max_results < 1:
        raise InvalidArgumentError(f"max_results={max_results}: at least one can be asked for")
    return _MANY if max_results is None else max_results


def _set_tag(name: str, key: str, value: str, version: int | None) -> None:
    ((checked_key, checked_value),) = checked_tags({key: value}).items()
    with _changing(checked_prompt_name(name)) as prompts:
        prompts.set_tag(name, checked_key, checked_value, version)


@contextmanager
def _changing(name: str, *, create: bool = False) -> Iterator[PromptRecords]:
    """The prompts of the store; what this process has kept of one of them is read anew afterwards."""
    try:
        with opened_store(create=create) as store:
            yield store.prompts
    finally:
        cache.forget(name)
