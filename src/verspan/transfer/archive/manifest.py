"""The manifest: what the file is, whose it is, and what each of its members has to be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from verspan.errors import InvalidArgumentError

MANIFEST: Final = "manifest.json"
FORMAT: Final = "verspan.versions"
FORMAT_VERSION: Final = 2
_SINCE: Final = {"datasets": 2, "dataset_rows": 2, "runs": 2, "results": 2, "assessments": 2}
"""The format version that first had records of a subject; the others are in every file.

A file is of the least version that it can be of, so that an older Verspan reads what it can read.
"""
_BLOB: Final = re.compile(r"blobs/([0-9a-f]{64})\.zst")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Member:
    """What one member holds, before it was compressed."""

    name: str
    sha256: str
    size: int
    """In bytes."""
    lines: int | None = None
    """How many records; None for a content."""


@dataclass(frozen=True)
class Manifest:
    """What a file holds."""

    model_ids: Sequence[str]
    """The versions that it was made of."""
    members: Sequence[Member]
    """By name."""

    @property
    def size(self) -> int:
        """All members together, in bytes."""
        return sum(member.size for member in self.members)

    @property
    def format_version(self) -> int:
        """That of a file with these members."""
        names = {member.name for member in self.members}
        return max([1, *(since for subject, since in _SINCE.items() if records_name(subject) in names)])

    def records(self, subject: str) -> int:
        """How many records it has of a subject, such as ``spans``."""
        return sum(member.lines or 0 for member in self.members if member.name == records_name(subject))


def blob_name(digest: str) -> str:
    """The member that holds the content with a SHA-256."""
    return f"blobs/{digest}.zst"


def records_name(subject: str) -> str:
    """The member that holds the records of a subject, such as ``spans``."""
    return f"{subject}.jsonl.zst"


def manifest_json(manifest: Manifest) -> bytes:
    """The manifest as it stands in the file."""
    document = {"format": FORMAT, "format_version": manifest.format_version, **asdict(manifest)}
    return json.dumps(document, indent=1).encode() + b"\n"


def parse_manifest(text: bytes, subjects: Sequence[str]) -> Manifest:
    """The manifest out of its JSON.

    Args:
        text: the JSON.
        subjects: of which a file may have records.

    Raises:
        InvalidArgumentError: it is of another format or another version of it, or names a member that no file has.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidArgumentError("its manifest is not JSON") from error
    version = _checked_version(document)
    known = {records_name(subject) for subject in subjects if _SINCE.get(subject, 1) <= version}
    try:
        members = [Member(**member) for member in document["members"]]
        model_ids = [str(model_id) for model_id in document["model_ids"]]
        strange = [member.name for member in members if not _is_possible(member, known)]
    except (KeyError, TypeError) as error:
        raise InvalidArgumentError("its manifest is not as Verspan writes it") from error
    if strange:
        raise InvalidArgumentError(f"its manifest has a member that no export has: {strange[0]!r}")
    return Manifest(model_ids, members)


def _checked_version(document: Any) -> int:
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise InvalidArgumentError("its manifest is not that of an export by Verspan")
    version = document.get("format_version")
    if type(version) is not int or version not in range(1, FORMAT_VERSION + 1):
        raise InvalidArgumentError(
            f"it has format version {version!r}, and this Verspan reads versions up to {FORMAT_VERSION}:"
            " upgrade with pip install --upgrade verspan"
        )
    return version


def _is_possible(member: Member, records: set[str]) -> bool:
    blob = _BLOB.fullmatch(member.name)
    named = blob[1] == member.sha256 if blob else member.name in records and _is_count(member.lines)
    return named and _SHA256.fullmatch(member.sha256) is not None and _is_count(member.size)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0
