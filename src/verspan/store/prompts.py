"""Prompts and their versions in the store's tables."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, insert, select, true, tuple_, update

from verspan.audit.model import Change
from verspan.errors import StoreCorruptError
from verspan.prompts.documents import canonical_json, content_document, content_from
from verspan.prompts.model import Prompt, PromptContent, PromptVersion
from verspan.prompts.records import LATEST, PromptQuery
from verspan.store.audit import note_change
from verspan.store.blobs import keep_blob, read_blob
from verspan.store.keys import chunks, next_key
from verspan.store.prompt_search import conditions, ranks
from verspan.store.prompt_tables import OF_PROMPT, prompt_aliases, prompt_tags, prompt_versions, prompts

_PROMPTS, _VERSIONS, _ALIASES, _TAGS = prompts.c, prompt_versions.c, prompt_aliases.c, prompt_tags.c
_Found = TypeVar("_Found")


def now_ms() -> int:
    """Now, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def register(
    connection: Connection, name: str, content: PromptContent, commit_message: str | None, tags: Mapping[str, str]
) -> PromptVersion:
    """Keep a content under the next number of its name."""
    digest, number = _keep_content(connection, content), _next_number(connection, name)
    return _add(connection, PromptVersion(name, number, content, digest, now_ms(), commit_message, tags))


def keep(connection: Connection, prompt: PromptVersion) -> PromptVersion:
    """Keep a version that another store has, and return the one of this store that has its content."""
    digest, number = _keep_content(connection, prompt.content), prompt.version
    there = get_version(connection, prompt.name, number)
    if there is not None and there.digest != digest:  # another version has its number
        alike = and_(_PROMPTS.name == prompt.name, _VERSIONS.digest == bytes.fromhex(digest))
        there = _first(versions_where(connection, alike, limit=1))
        number = _next_number(connection, prompt.name)
    copy = replace(prompt, version=number, digest=digest, aliases=(), given={})
    return there or _add(connection, copy)


def get_prompt(connection: Connection, name: str) -> Prompt | None:
    """The prompt of this name, or None."""
    return _first(_prompts(connection, _PROMPTS.name == name, PromptQuery(limit=1)))


def find_prompts(connection: Connection, query: PromptQuery) -> Sequence[Prompt]:
    """Prompts, in the order that is asked for."""
    return _prompts(connection, and_(true(), *conditions(query)), query)


def get_version(connection: Connection, name: str, number: int) -> PromptVersion | None:
    """A version by its number, or None."""
    return _first(versions_where(connection, _is_version(name, number)))


def version_at_alias(connection: Connection, name: str, alias: str) -> PromptVersion | None:
    """The version that an alias points at, or None."""
    if alias == LATEST:
        number: Any = _PROMPTS.latest_version
    else:
        number = (
            select(_ALIASES.version)
            .where(_ALIASES.prompt_key == _PROMPTS.prompt_key, _ALIASES.alias == alias)
            .scalar_subquery()
        )
    return _first(versions_where(connection, and_(_PROMPTS.name == name, _VERSIONS.version == number)))


def find_versions(connection: Connection, name: str, limit: int | None) -> Sequence[PromptVersion]:
    """Versions of a prompt, newest first."""
    return versions_where(connection, _PROMPTS.name == name, limit)


def versions_where(
    connection: Connection, wanted: ColumnElement[bool], limit: int | None = None
) -> Sequence[PromptVersion]:
    """Versions that a condition over `prompts` and `prompt_versions` picks, from the last name and number on."""
    joined = prompt_versions.join(prompts, _VERSIONS.prompt_key == _PROMPTS.prompt_key)
    statement: Select[Any] = select(*prompt_versions.c, _PROMPTS.name).select_from(joined).where(wanted)
    from_last = statement.order_by(_PROMPTS.name.desc(), _VERSIONS.version.desc()).limit(limit)
    rows = connection.execute(from_last).all()
    tags = _tags_of(connection, ((row.prompt_key, row.version) for row in rows))
    aliases = _aliases_of(connection, {row.prompt_key for row in rows})
    return [
        _version(connection, row, tags.get((row.prompt_key, row.version), {}), aliases.get(row.prompt_key, {}))
        for row in rows
    ]


def touch(connection: Connection, key: int) -> None:
    """Note that a prompt has changed now."""
    connection.execute(update(prompts).where(_PROMPTS.prompt_key == key).values(updated_ms=now_ms()))


def _add(connection: Connection, prompt: PromptVersion) -> PromptVersion:
    key = _key_for(connection, prompt)
    row = {
        "prompt_key": key,
        "version": prompt.version,
        "digest": bytes.fromhex(prompt.digest),
        "commit_message": prompt.commit_message,
        "created_ms": prompt.creation_timestamp,
    }
    connection.execute(insert(prompt_versions), row)
    if prompt.tags:
        tag = {"prompt_key": key, "version": prompt.version}
        rows = [{**tag, "name": name, "value": value} for name, value in prompt.tags.items()]
        connection.execute(insert(prompt_tags), rows)
    after = {"version": prompt.version, "digest": prompt.digest, "commit_message": prompt.commit_message}
    note_change(
        connection, Change("prompt.register", "prompt", prompt.name, after={**after, "tags": dict(prompt.tags)})
    )
    return prompt


def _keep_content(connection: Connection, content: PromptContent) -> str:
    return keep_blob(connection, canonical_json(content_document(content)))


def _next_number(connection: Connection, name: str) -> int:
    row = _row_of(connection, name)
    return 1 if row is None else int(row.latest_version) + 1


def _key_for(connection: Connection, prompt: PromptVersion) -> int:
    """The key of a version's prompt, which is made where it is new, and whose highest number is brought up to date."""
    row = _row_of(connection, prompt.name)
    if row is None:
        key = next_key(connection, _PROMPTS.prompt_key)
        values = {"latest_version": prompt.version, "created_ms": prompt.creation_timestamp, "updated_ms": now_ms()}
        connection.execute(insert(prompts), {"prompt_key": key, "name": prompt.name, **values})
        return key
    values = {
        "latest_version": max(row.latest_version, prompt.version),
        "created_ms": min(row.created_ms, prompt.creation_timestamp),
        "updated_ms": now_ms(),
    }
    connection.execute(update(prompts).where(_PROMPTS.prompt_key == row.prompt_key).values(values))
    return int(row.prompt_key)


def _row_of(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(prompts).where(_PROMPTS.name == name)).one_or_none()


def _is_version(name: str, number: int) -> ColumnElement[bool]:
    return and_(_PROMPTS.name == name, _VERSIONS.version == number)


def _version(
    connection: Connection, row: Row[Any], tags: Mapping[str, str], aliases: Mapping[str, int]
) -> PromptVersion:
    digest = row.digest.hex()
    blob = read_blob(connection, digest)
    if blob is None:
        raise StoreCorruptError(
            f"the content of version {row.version} of the prompt {row.name!r} is gone from the store"
        )
    return PromptVersion(
        name=row.name,
        version=row.version,
        content=content_from(json.loads(blob)),
        digest=digest,
        creation_timestamp=row.created_ms,
        commit_message=row.commit_message,
        tags=tags,
        aliases=tuple(alias for alias, number in aliases.items() if number == row.version),
    )


def _prompts(connection: Connection, wanted: ColumnElement[bool], query: PromptQuery) -> Sequence[Prompt]:
    rows = connection.execute(select(prompts).where(wanted).order_by(*ranks(query)).limit(query.limit)).all()
    tags = _tags_of(connection, ((row.prompt_key, OF_PROMPT) for row in rows))
    aliases = _aliases_of(connection, {row.prompt_key for row in rows})
    return [
        Prompt(
            row.name,
            row.latest_version,
            row.created_ms,
            row.updated_ms,
            tags.get((row.prompt_key, OF_PROMPT), {}),
            aliases.get(row.prompt_key, {}),
        )
        for row in rows
    ]


def _tags_of(connection: Connection, tagged: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], Mapping[str, str]]:
    """The tags of what is named by a prompt's key and a version's number."""
    tags: defaultdict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    for some in chunks(tagged):
        wanted = tuple_(_TAGS.prompt_key, _TAGS.version).in_(some)
        for row in connection.execute(select(prompt_tags).where(wanted).order_by(_TAGS.name)):
            tags[row.prompt_key, row.version][row.name] = row.value
    return tags


def _aliases_of(connection: Connection, keys: Iterable[int]) -> Mapping[int, Mapping[str, int]]:
    aliases: defaultdict[int, dict[str, int]] = defaultdict(dict)
    statement = select(prompt_aliases).where(_ALIASES.prompt_key.in_(keys)).order_by(_ALIASES.alias)
    for row in connection.execute(statement):
        aliases[row.prompt_key][row.alias] = row.version
    return aliases


def _first(found: Sequence[_Found]) -> _Found | None:
    return found[0] if found else None
