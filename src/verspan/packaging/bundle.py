"""Writing a package: a zip that is the same to the last byte wherever and whenever it is written from the same files.

Nothing is compressed: what compressors write differs from one version to the next, and a reader that takes no
compressed file needs no bound on how much one may unpack to.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from verspan.artifacts.contents import Content, Kept, measure, unchanged
from verspan.artifacts.progress import Meter
from verspan.packaging.manifest import to_json
from verspan.packaging.model import MANIFEST_PATH, PackageFile, PackageManifest
from verspan.packaging.sources import SourceFile

_BEGINNING: Final = (1980, 1, 1, 0, 0, 0)  # the earliest moment that a zip can have
_UNIX: Final = 3


def write_package(
    target: Path, manifest: PackageManifest, sources: Sequence[SourceFile], texts: Mapping[str, bytes]
) -> PackageManifest:
    """Write a package.

    Args:
        target: the file.
        manifest: what it says, but for its files.
        sources: the code.
        texts: the content of other files by path.

    Returns:
        The manifest with its files.

    Raises:
        InvalidArgumentError: a file cannot be read, or was changed meanwhile.
    """
    contents = [(source.path, source.executable, _file(source)) for source in sources]
    contents += [(path, False, _text(path, content)) for path, content in texts.items()]
    contents.sort(key=lambda content: content[0])
    with closing(Meter("packaging", len(contents), sum(source.size for source in sources))) as meter:
        files = [_measured(path, content, meter, executable=executable) for path, executable, content in contents]
    whole = replace(manifest, files=tuple(files))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(MANIFEST_PATH, executable=False), to_json(whole))
        for file, (_, _, content) in zip(files, contents, strict=True):
            _add(archive, file, content)
    return whole


def _file(source: SourceFile) -> Content:
    return Content(repr(str(source.origin)), lambda: source.origin.open("rb"))


def _text(path: str, content: bytes) -> Content:
    return Content(repr(path), lambda: io.BytesIO(content))


def _measured(path: str, content: Content, meter: Meter, *, executable: bool) -> PackageFile:
    measured = measure(content, meter)
    meter.file_done()
    return PackageFile(path, measured.digest, measured.size, executable)


def _entry(path: str, *, executable: bool) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _BEGINNING)
    entry.create_system = _UNIX
    entry.external_attr = (stat.S_IFREG | (0o755 if executable else 0o644)) << 16
    return entry


def _add(archive: zipfile.ZipFile, file: PackageFile, content: Content) -> None:
    entry = _entry(file.path, executable=file.executable)
    entry.file_size = file.size  # so that zipfile knows whether it needs a larger header
    with archive.open(entry, "w") as target:
        for chunk in unchanged(content, Kept(file.digest, file.size)):
            target.write(chunk)
