"""Reading a package, which may come from a stranger: nothing of it is believed before it is checked."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from verspan.artifacts.contents import CHUNK_BYTES, Content, measure
from verspan.artifacts.paths import check_apart, checked_path
from verspan.errors import InvalidArgumentError
from verspan.packaging.manifest import from_json
from verspan.packaging.model import CONFIG_PATH, LOCK_PATH, MANIFEST_PATH, Package, PackageFile

_MOST_FILES: Final = 100_000
_MOST_MANIFEST_BYTES: Final = 100 * 2**20
_ENCRYPTED: Final = 0x1
_UNREADABLE: Final = (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)


class PackageArchive:
    """A package in a file, with its structure and its manifest checked; contents are checked as they are read.

    Args:
        path: the file. Nobody else may be able to change it meanwhile.

    Raises:
        InvalidArgumentError: it is no package, or is one that nobody should open; the message says why.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        measured = measure(Content(repr(str(path)), lambda: path.open("rb")))
        with _read(path) as archive:
            _check_entries(archive.infolist(), measured.size)
            manifest = from_json(_manifest_of(archive))
            _check_agreement(archive, manifest.files)
        self.package = Package(measured.digest, measured.size, manifest)

    def config(self) -> Mapping[str, Any]:
        """The configuration; an empty one where there is none."""
        content = self._text(CONFIG_PATH)
        return {} if content is None else dict(orjson.loads(content))

    def lock(self) -> str | None:
        """The lock of its dependencies, None where there is none."""
        content = self._text(LOCK_PATH)
        return None if content is None else content.decode()

    def extract(self, folder: Path) -> None:
        """Write every file below a folder, each checked against its SHA-256.

        Raises:
            InvalidArgumentError: a file is not what the manifest says.
        """
        with _read(self.path) as archive:
            for file in self.package.manifest.files:
                target = folder / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as written:
                    written.writelines(_verified(archive, file))
                target.chmod(0o755 if file.executable else 0o644)

    def _text(self, path: str) -> bytes | None:
        file = next((file for file in self.package.manifest.files if file.path == path), None)
        if file is None:
            return None
        with _read(self.path) as archive:
            return b"".join(_verified(archive, file))


@contextmanager
def _read(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except InvalidArgumentError as error:
        raise InvalidArgumentError(f"the package {str(path)!r} is refused: {error}") from error
    except _UNREADABLE as error:
        raise InvalidArgumentError(f"{str(path)!r} is no package that can be read: {error}") from error


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > _MOST_FILES:
        raise InvalidArgumentError(f"it has {len(entries)} files, and at most {_MOST_FILES} are opened")
    for entry in entries:
        _check_entry(entry)
    check_apart(entry.filename for entry in entries)
    # Nothing is compressed, so that all files together are smaller than the archive, unless they lie over one another.
    if sum(entry.file_size for entry in entries) > size:
        raise InvalidArgumentError("its files together are larger than it is itself, as those of a zip bomb are")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    mode = entry.external_attr >> 16
    if checked_path(entry.orig_filename) != entry.filename:
        raise InvalidArgumentError(f"its path {entry.orig_filename!r} is not in Unicode's composed form")
    if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
        raise InvalidArgumentError(f"{entry.filename!r} is compressed, and a package's files are not: package it again")
    if entry.flag_bits & _ENCRYPTED:
        raise InvalidArgumentError(f"{entry.filename!r} is encrypted")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise InvalidArgumentError(f"{entry.filename!r} is a link or a device, and a package has files alone")


def _manifest_of(archive: zipfile.ZipFile) -> bytes:
    try:
        entry = archive.getinfo(MANIFEST_PATH)
    except KeyError as error:
        raise InvalidArgumentError(f"it has no {MANIFEST_PATH}: make one with verspan.package") from error
    if entry.file_size > _MOST_MANIFEST_BYTES:
        raise InvalidArgumentError(f"its manifest has {entry.file_size} bytes")
    return archive.read(entry)


def _check_agreement(archive: zipfile.ZipFile, files: Sequence[PackageFile]) -> None:
    sizes = {entry.filename: entry.file_size for entry in archive.infolist() if entry.filename != MANIFEST_PATH}
    told = {file.path: file.size for file in files}
    differing = sorted(path for path in sizes.keys() | told.keys() if sizes.get(path) != told.get(path))
    if differing:
        raise InvalidArgumentError(f"its manifest and its files do not agree about {', '.join(differing[:5])}")


def _verified(archive: zipfile.ZipFile, file: PackageFile) -> Iterator[bytes]:
    hashed = hashlib.sha256()
    with archive.open(file.path) as source:
        while chunk := source.read(CHUNK_BYTES):
            hashed.update(chunk)
            yield chunk
    if hashed.hexdigest() != file.digest:
        raise InvalidArgumentError(f"{file.path!r} has the SHA-256 {hashed.hexdigest()} and not {file.digest}")
