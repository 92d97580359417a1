"""The tables of prompts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table
from sqlalchemy.types import TypeEngine

from verspan.store.record_tables import metadata

_KEY: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")
OF_PROMPT = 0
"""The number of no version, under which the prompt's own tags are kept."""

prompts = Table(
    "prompts",
    metadata,
    Column("prompt_key", _KEY, primary_key=True, comment="number within this store"),
    Column("name", String, nullable=False, unique=True, comment="letters, digits, dots, hyphens and underscores"),
    Column("latest_version", Integer, nullable=False, comment="the highest number of its versions"),
    Column("created_ms", BigInteger, nullable=False, comment="when its first version was registered"),
    Column("updated_ms", BigInteger, nullable=False, comment="last new version, or change of an alias or a tag"),
    comment="Names in the prompt registry.",
)

prompt_versions = Table(
    "prompt_versions",
    metadata,
    Column("prompt_key", _KEY, primary_key=True, comment="the prompt"),
    Column("version", Integer, primary_key=True, comment="from 1 on"),
    Column("digest", LargeBinary, nullable=False, comment="the blob of its content, see verspan.prompts.documents"),
    Column("commit_message", String, comment="what its author says has changed"),
    Column("created_ms", BigInteger, nullable=False, comment="when it was registered"),
    comment="Numbered versions of prompts; rows are added and never changed.",
    sqlite_with_rowid=False,
)

prompt_tags = Table(
    "prompt_tags",
    metadata,
    Column("prompt_key", _KEY, primary_key=True, comment="the prompt"),
    Column("version", Integer, primary_key=True, comment="the version that is tagged; 0 for the prompt itself"),
    Column("name", String, primary_key=True, comment="the tag's name"),
    Column("value", String, nullable=False, comment="its value"),
    Index("prompt_tags_by_name", "name", "value"),
    comment="Tags of prompts and of their versions.",
    sqlite_with_rowid=False,
)

prompt_aliases = Table(
    "prompt_aliases",
    metadata,
    Column("prompt_key", _KEY, primary_key=True, comment="the prompt"),
    Column("alias", String, primary_key=True, comment="such as production"),
    Column("version", Integer, nullable=False, comment="the version that it points at"),
    comment="Movable names of versions; the audit log has each move.",
    sqlite_with_rowid=False,
)

prompt_links = Table(
    "prompt_links",
    metadata,
    Column("model_id", String, primary_key=True, comment="the version of the application, recorded yet or not"),
    Column("prompt_key", _KEY, primary_key=True, comment="the prompt that it has used"),
    Column("version", Integer, primary_key=True, comment="which version of it"),
    Column("linked_ms", BigInteger, nullable=False, comment="when that was first known"),
    Index("prompt_links_by_prompt", "prompt_key", "version", "linked_ms"),
    comment="Which version of the application has used which version of a prompt.",
    sqlite_with_rowid=False,
)
