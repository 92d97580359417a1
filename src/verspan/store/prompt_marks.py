"""What is said of prompts and may change: aliases, tags, and which version of the application has used them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from verspan.audit.model import Change
from verspan.errors import NotFoundError
from verspan.prompts.model import PromptLink, PromptVersion
from verspan.store.audit import note_change
from verspan.store.prompt_tables import OF_PROMPT, prompt_aliases, prompt_links, prompt_tags, prompt_versions, prompts
from verspan.store.prompts import now_ms, touch, versions_where

_PROMPTS, _VERSIONS, _ALIASES = prompts.c, prompt_versions.c, prompt_aliases.c
_TAGS, _LINKS = prompt_tags.c, prompt_links.c


def set_alias(connection: Connection, name: str, alias: str, version: int) -> int | None:
    """Point an alias at a version, and return the one that it pointed at before."""
    key = _key_of(connection, name, version)
    before = connection.execute(select(_ALIASES.version).where(_is_alias(key, alias))).scalar_one_or_none()
    if before != version:
        row = upsert(prompt_aliases).values(prompt_key=key, alias=alias, version=version)
        connection.execute(row.on_conflict_do_update(set_={"version": version}))
        _note(
            connection, key, Change("alias.move", "prompt", name, _pointing(alias, before), _pointing(alias, version))
        )
    return before


def delete_alias(connection: Connection, name: str, alias: str) -> None:
    """Take an alias away."""
    key = _key_of(connection, name)
    taken = connection.execute(delete(prompt_aliases).where(_is_alias(key, alias)).returning(_ALIASES.version))
    version = taken.scalar_one_or_none()
    if version is None:
        raise NotFoundError(f"the prompt {name!r} has no alias {alias!r}: `verspan prompts show {name}` lists its own")
    _note(connection, key, Change("alias.delete", "prompt", name, _pointing(alias, version)))


def set_tag(connection: Connection, name: str, key: str, value: str, version: int | None) -> None:
    """Set a tag of a prompt, or of one of its versions."""
    prompt_key = _key_of(connection, name, version)
    wanted = _is_tag(prompt_key, version, key)
    before = connection.execute(select(_TAGS.value).where(wanted)).scalar_one_or_none()
    if before != value:
        row = {"prompt_key": prompt_key, "version": version or OF_PROMPT, "name": key, "value": value}
        connection.execute(upsert(prompt_tags).values(row).on_conflict_do_update(set_={"value": value}))
        change = Change("prompt.tag", "prompt", name, _tagged(version, key, before), _tagged(version, key, value))
        _note(connection, prompt_key, change)


def delete_tag(connection: Connection, name: str, key: str, version: int | None) -> None:
    """Take a tag of a prompt, or of one of its versions, away."""
    prompt_key = _key_of(connection, name, version)
    taken = connection.execute(delete(prompt_tags).where(_is_tag(prompt_key, version, key)).returning(_TAGS.value))
    value = taken.scalar_one_or_none()
    if value is None:
        tagged = f"the prompt {name!r}" if version is None else f"version {version} of the prompt {name!r}"
        raise NotFoundError(f"{tagged} has no tag {key!r}: `verspan prompts show {name}` lists those that are there")
    _note(connection, prompt_key, Change("prompt.tag", "prompt", name, _tagged(version, key, value)))


def link(connection: Connection, links: Iterable[PromptLink]) -> None:
    """Note which versions of the application have used which prompts."""
    for each in links:
        wanted = and_(_PROMPTS.name == each.name, _VERSIONS.version == each.version)
        joined = prompt_versions.join(prompts, _VERSIONS.prompt_key == _PROMPTS.prompt_key)
        key = connection.execute(select(_PROMPTS.prompt_key).select_from(joined).where(wanted)).scalar_one_or_none()
        if key is None or connection.execute(select(_LINKS.version).where(_is_link(each, key))).first():
            continue
        row = {"model_id": each.model_id, "prompt_key": key, "version": each.version, "linked_ms": now_ms()}
        connection.execute(insert(prompt_links), row)
        after = {"prompt": each.name, "version": each.version}
        note_change(connection, Change("prompt.link", "model", each.model_id, after=after))


def used_by(connection: Connection, model_id: str) -> Sequence[PromptVersion]:
    """The versions of prompts that a version of the application has used, by name and number."""
    linked = select(_LINKS.version).where(
        _LINKS.model_id == model_id,
        _LINKS.prompt_key == _VERSIONS.prompt_key,
        _LINKS.version == _VERSIONS.version,
    )
    return versions_where(connection, linked.exists())[::-1]


def users_of(connection: Connection, name: str, version: int) -> Sequence[str]:
    """The ids of the versions of the application that have used a version of a prompt, the first user first."""
    joined = prompt_links.join(prompts, _LINKS.prompt_key == _PROMPTS.prompt_key)
    statement = select(_LINKS.model_id).select_from(joined).where(_PROMPTS.name == name, _LINKS.version == version)
    return connection.execute(statement.order_by(_LINKS.linked_ms, _LINKS.model_id)).scalars().all()


def _key_of(connection: Connection, name: str, version: int | None = None) -> int:
    """The key of a prompt that is there, and has the version where one is given."""
    row = connection.execute(select(prompts).where(_PROMPTS.name == name)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no prompt {name!r}: `verspan prompts` lists those that are registered")
    if version is not None:
        wanted = and_(_VERSIONS.prompt_key == row.prompt_key, _VERSIONS.version == version)
        if connection.execute(select(_VERSIONS.version).where(wanted)).first() is None:
            raise NotFoundError(f"the prompt {name!r} has no version {version}: its newest is {row.latest_version}")
    return int(row.prompt_key)


def _note(connection: Connection, key: int, change: Change) -> None:
    touch(connection, key)
    note_change(connection, change)


def _is_alias(key: int, alias: str) -> ColumnElement[bool]:
    return and_(_ALIASES.prompt_key == key, _ALIASES.alias == alias)


def _is_tag(key: int, version: int | None, name: str) -> ColumnElement[bool]:
    return and_(_TAGS.prompt_key == key, _TAGS.version == (version or OF_PROMPT), _TAGS.name == name)


def _is_link(given: PromptLink, key: int) -> ColumnElement[bool]:
    return and_(_LINKS.model_id == given.model_id, _LINKS.prompt_key == key, _LINKS.version == given.version)


def _pointing(alias: str, version: int | None) -> dict[str, object] | None:
    return None if version is None else {alias: version}


def _tagged(version: int | None, name: str, value: str | None) -> dict[str, object] | None:
    if value is None:
        return None
    return {"tags": {name: value}} if version is None else {"version": version, "tags": {name: value}}
