"""A capture as a JSON document with its contents apart: how it is kept, and how it goes from one store to another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from verspan.errors import InvalidArgumentError
from verspan.versions.capture.model import (
    Capture,
    CodeState,
    Conversion,
    ConvertedFile,
    Dependencies,
    EntryPoint,
    FileMode,
    FileState,
    LockFile,
    Omission,
    OmissionReason,
    Submodule,
)

_FORM: Final = 1
"""The form of the document; a later Verspan may write another."""

ReadContent = Callable[[str], bytes]


@dataclass(frozen=True)
class Manifest:
    """A capture without its contents."""

    document: bytes
    """Canonical JSON: keys sorted, no blanks, characters beyond ASCII escaped."""
    contents: Mapping[str, bytes]
    """What the document refers to, by SHA-256."""

    @property
    def capture_id(self) -> str:
        """``c-`` and the first 32 hexadecimal digits of the SHA-256 of the document."""
        return "c-" + hashlib.sha256(self.document).hexdigest()[:32]


def manifest_of(capture: Capture) -> Manifest:
    """A capture as a document and the contents that it refers to."""
    contents: dict[str, bytes] = {}

    def kept(content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        contents[digest] = content
        return digest

    document = {
        "form": _FORM,
        "code": None if capture.code is None else _code_document(capture.code, kept),
        "dependencies": _dependencies_document(capture.dependencies, kept),
        "environment": dict(capture.environment),
        "entry_point": {
            "program": capture.entry_point.program,
            "arguments": list(capture.entry_point.arguments),
            "working_directory": capture.entry_point.working_directory,
        },
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return Manifest(text.encode("ascii"), contents)


def capture_of(document: bytes, read: ReadContent) -> Capture:
    """The capture that a document tells of.

    Args:
        document: what :func:`manifest_of` made, or what a stranger says is that.
        read: gives the content with a SHA-256.

    Raises:
        InvalidArgumentError: the document is no capture, or a newer Verspan wrote it.
    """
    try:
        found = json.loads(document)
        if found["form"] != _FORM:
            raise InvalidArgumentError(f"the capture has the form {found['form']!r}, which a newer Verspan reads")
        return Capture(
            code=None if found["code"] is None else _code(found["code"], read),
            dependencies=_dependencies(found["dependencies"], read),
            environment=_texts(found["environment"]),
            entry_point=_entry_point(found["entry_point"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        if isinstance(error, InvalidArgumentError):
            raise
        raise InvalidArgumentError(f"this is no capture of a version: {type(error).__name__}: {error}") from error


def _code_document(code: CodeState, kept: Callable[[bytes], str]) -> dict[str, Any]:
    return {
        "commit": code.commit,
        "branch": code.branch,
        "tags": list(code.tags),
        "remote_url": code.remote_url,
        "author": code.author,
        "commit_timestamp": code.commit_timestamp,
        "description": code.description,
        "tree_read": code.tree_read,
        "files": [[each.path, each.mode.value, kept(each.content), each.tracked] for each in code.files],
        "converted": [
            [each.path, each.conversion.value, each.digest, each.size, each.content and kept(each.content)]
            for each in code.converted
        ],
        "submodules": [[each.path, _code_document(each.code, kept), each.recorded_commit] for each in code.submodules],
        "sparse": list(code.sparse),
        "omissions": [[each.path, each.reason.value, each.size, each.digest] for each in code.omissions],
        "patch": kept(code.patch) if code.patch else None,
    }


def _code(found: Mapping[str, Any], read: ReadContent) -> CodeState:
    return CodeState(
        commit=_text_or_none(found["commit"]),
        branch=_text_or_none(found["branch"]),
        tags=tuple(map(_text, found["tags"])),
        remote_url=_text_or_none(found["remote_url"]),
        author=_text_or_none(found["author"]),
        commit_timestamp=_number_or_none(found["commit_timestamp"]),
        description=_text_or_none(found["description"]),
        tree_read=bool(found["tree_read"]),
        files=tuple(
            FileState(_text(path), FileMode(mode), read(_text(digest)), bool(tracked))
            for path, mode, digest, tracked in found["files"]
        ),
        converted=tuple(
            ConvertedFile(_text(path), Conversion(how), _text(digest), int(size), read(content) if content else None)
            for path, how, digest, size, content in found["converted"]
        ),
        submodules=tuple(
            Submodule(_text(path), _code(code, read), _text_or_none(recorded))
            for path, code, recorded in found["submodules"]
        ),
        sparse=tuple(map(_text, found["sparse"])),
        omissions=tuple(
            Omission(_text(path), OmissionReason(reason), _number_or_none(size), _text_or_none(digest))
            for path, reason, size, digest in found["omissions"]
        ),
        patch=read(_text(found["patch"])) if found["patch"] is not None else b"",
    )


def _dependencies_document(dependencies: Dependencies, kept: Callable[[bytes], str]) -> dict[str, Any]:
    lock = dependencies.lock
    return {
        "python_version": dependencies.python_version,
        "implementation": dependencies.implementation,
        "platform": dependencies.platform,
        "packages": dict(dependencies.packages),
        "lock": None if lock is None else [lock.path, kept(lock.content)],
    }


def _dependencies(found: Mapping[str, Any], read: ReadContent) -> Dependencies:
    lock = found["lock"]
    return Dependencies(
        python_version=_text(found["python_version"]),
        implementation=_text(found["implementation"]),
        platform=_text(found["platform"]),
        packages=_texts(found["packages"]),
        lock=None if lock is None else LockFile(_text(lock[0]), read(_text(lock[1]))),
    )


def _entry_point(found: Mapping[str, Any]) -> EntryPoint:
    return EntryPoint(
        program=_text(found["program"]),
        arguments=tuple(map(_text, found["arguments"])),
        working_directory=_text_or_none(found["working_directory"]),
    )


def _texts(found: Mapping[str, Any]) -> dict[str, str]:
    return {_text(name): _text(value) for name, value in found.items()}


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError(f"{found!r} is no text")
    return found


def _text_or_none(found: object) -> str | None:
    return None if found is None else _text(found)


def _number_or_none(found: object) -> int | None:
    if found is not None and type(found) is not int:
        raise TypeError(f"{found!r} is no whole number")
    return found
