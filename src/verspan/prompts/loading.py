"""Loading prompts, for applications: MLflow's function, from what is kept or from the store."""
# ruff: noqa: FBT001, FBT002 - MLflow's signature

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, overload

from verspan.errors import NotFoundError, StoreError
from verspan.prompts.addresses import PromptAddress, prompt_address
from verspan.prompts.cache import cache
from verspan.prompts.model import PromptVersion
from verspan.prompts.use import note_load
from verspan.versions.identity import checked_model_id
from verspan.versions.registry import opened_store, store_place

if TYPE_CHECKING:
    from verspan.prompts.records import PromptRecords

_ALIAS_TTL: Final = 60.0  # seconds, as in MLflow
_logger = logging.getLogger(__name__)


@overload
def load_prompt(
    name_or_uri: str,
    version: str | int | None = None,
    allow_missing: Literal[False] = False,
    link_to_model: bool = True,
    model_id: str | None = None,
    cache_ttl_seconds: float | None = None,
) -> PromptVersion: ...


@overload
def load_prompt(
    name_or_uri: str,
    version: str | int | None = None,
    allow_missing: bool = False,
    link_to_model: bool = True,
    model_id: str | None = None,
    cache_ttl_seconds: float | None = None,
) -> PromptVersion | None: ...


def load_prompt(  # noqa: PLR0913, PLR0917 - MLflow's signature
    name_or_uri: str,
    version: str | int | None = None,
    allow_missing: bool = False,
    link_to_model: bool = True,
    model_id: str | None = None,
    cache_ttl_seconds: float | None = None,
) -> PromptVersion | None:
    """A version of a prompt, noted as used by the active version of the application and on the current span.

    What has been loaded once is kept: a numbered version for good, with the tags and aliases that it had, and what an
    alias or the newest version is for a minute. Where the store cannot be read, what is kept serves however old it is.

    Args:
        name_or_uri: ``"prompts:/name@alias"``, ``"prompts:/name/3"``, or the name, alone for the newest version.
        version: the number, where a name alone is given.
        allow_missing: whether to return None where there is no such version.
        link_to_model: whether to note who uses it.
        model_id: the version of the application that uses it; the active one where it is None.
        cache_ttl_seconds: how old what is kept may be, instead of the above; 0 to read the store in any case.

    Raises:
        InvalidArgumentError: the name, the version or the id is none.
        NotFoundError: there is no such prompt, version or alias.
        StoreError: the store cannot be read, and nothing is kept.
    """
    address = prompt_address(name_or_uri, version)
    if model_id is not None:
        checked_model_id(model_id)
    prompt = _kept_or_read(address, cache_ttl_seconds)
    if prompt is None:
        if allow_missing:
            return None
        raise NotFoundError(f"there is no prompt {address}: `verspan prompts show {address.name}` lists what there is")
    if link_to_model:
        note_load(prompt, model_id)
    return prompt


def version_at(prompts: PromptRecords, address: PromptAddress) -> PromptVersion | None:
    """The version at an address in a store, or None."""
    if address.version is not None:
        return prompts.version(address.name, address.version)
    return prompts.at_alias(address.name, address.alias)


def _kept_or_read(address: PromptAddress, max_age: float | None) -> PromptVersion | None:
    place = store_place()
    if max_age is None:
        max_age = _ALIAS_TTL if address.version is None else float("inf")
    kept = cache.get(place, address, max_age)
    if kept is not None:
        return kept
    try:
        with opened_store() as store:
            read = version_at(store.prompts, address)
    except StoreError as error:
        read = cache.get(place, address) if max_age > 0 else None
        if read is None:
            raise
        _say_old(str(address), str(error))
    if read is not None:
        cache.put(place, address, read)  # one that is old, too: the store is not asked again at once
    return read


@lru_cache(maxsize=64)  # every load would say so
def _say_old(address: str, error: str) -> None:
    _logger.warning(
        "The prompt %s is served as it was read before, since the store cannot be read now. %s", address, error
    )
