"""Packages from strangers: what is wrong is found before anything of it is used."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from verspan.errors import InvalidArgumentError
from verspan.packaging.archive import PackageArchive
from verspan.packaging.model import Package

from .conftest import Make, model

MANIFEST = "verspan-package.json"
CODE = b"def answer(): return 1\n"
Fetch = Callable[[Package], Path]


def entry_of(path: str, content: bytes = CODE) -> dict[str, Any]:
    return {"path": path, "digest": hashlib.sha256(content).hexdigest(), "size": len(content), "executable": False}


def manifest(*paths: str, **changed: Any) -> bytes:
    """A manifest of some files, with some fields changed."""
    document = {
        "format": 1,
        "model_id": model("v1").model_id,
        "model_name": "v1",
        "experiment_name": "shop",
        "git": None,
        "entry_point": "shop:answer",
        "python": "3.11",
        "files": [entry_of(path) for path in paths],
    }
    return json.dumps({**document, **changed}).encode()


def archive(
    folder: Path, files: Mapping[str, bytes], *, mode: int = stat.S_IFREG | 0o644, compressed: bool = False
) -> Path:
    """A zip of some files, the manifest among them."""
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w") as written:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (mode if name != MANIFEST else stat.S_IFREG | 0o644) << 16
            written.writestr(entry, content, zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED)
    return path


def refused(path: Path) -> str:
    """What is said of a package that is refused."""
    with pytest.raises(InvalidArgumentError, match=r"package\.zip") as raised:
        PackageArchive(path)
    return str(raised.value)


def test_good(tmp_path: Path) -> None:
    """The package that the others here are spoilt from is fine, and is written out as it is."""
    opened = PackageArchive(archive(tmp_path, {MANIFEST: manifest("code/shop.py"), "code/shop.py": CODE}))
    opened.extract(tmp_path / "out")
    assert (tmp_path / "out" / "code" / "shop.py").read_bytes() == CODE
    assert (opened.config(), opened.lock()) == ({}, None)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../shop.py", "'.' or '..'"),
        ("code/../../shop.py", "'.' or '..'"),
        ("/etc/shop.py", "is absolute"),
        ("C:/shop.py", "is absolute"),
        ("code\\shop.py", "has a backslash"),
        ("code//shop.py", "part that is empty"),
        ("shop.py", "is not in 'code/'"),
        ("code/u\u0308.py", "composed form"),
    ],
)
def test_paths(tmp_path: Path, path: str, said: str) -> None:
    """A path that leads out, or is another on another system, is refused."""
    assert said in refused(archive(tmp_path, {MANIFEST: manifest(path), path: CODE}))


@pytest.mark.parametrize("names", [("code/a.py", "code/A.py"), ("code/a", "code/a/b")])
def test_collisions(tmp_path: Path, names: tuple[str, str]) -> None:
    """Two paths that cannot both be files everywhere are refused."""
    assert "rename one" in refused(archive(tmp_path, {MANIFEST: manifest(*names), **dict.fromkeys(names, CODE)}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicates(tmp_path: Path) -> None:
    """A path that stands there twice is refused: readers differ about which one counts."""
    path = archive(tmp_path, {MANIFEST: manifest("code/shop.py"), "code/shop.py": CODE})
    with zipfile.ZipFile(path, "a") as written:
        written.writestr("code/shop.py", b"import os")
    assert "'code/shop.py' stands there twice" in refused(path)


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFDIR | 0o755, stat.S_IFIFO | 0o644])
def test_links(tmp_path: Path, mode: int) -> None:
    """A link, a folder and a pipe are refused."""
    files = {MANIFEST: manifest("code/shop.py"), "code/shop.py": b"/etc/passwd"}
    assert "is a link or a device" in refused(archive(tmp_path, files, mode=mode))


def test_bomb(tmp_path: Path) -> None:
    """Ten megabytes of zeros in ten kilobytes are refused before they are unpacked."""
    zeros = b"\0" * 10_000_000
    files = {MANIFEST: manifest(files=[entry_of("code/zeros", zeros)]), "code/zeros": zeros}
    path = archive(tmp_path, files, compressed=True)
    assert path.stat().st_size < 20_000
    assert "is compressed, and a package's files are not" in refused(path)


def test_overlapping(tmp_path: Path) -> None:
    """Files that lie over one another, as in bombs that need no compression, are refused."""
    content = b"x" * 100_000
    names = [f"code/{number}.py" for number in range(10)]
    files = [entry_of(name, content) for name in names]
    path = archive(tmp_path, {MANIFEST: manifest(files=files), names[0]: content})
    with zipfile.ZipFile(path, "a") as written:
        first = written.getinfo(names[0])
        for name in names[1:]:
            again = zipfile.ZipInfo(name)
            for field in ("CRC", "file_size", "compress_size", "header_offset", "external_attr"):
                setattr(again, field, getattr(first, field))
            written.filelist.append(again)
            written.NameToInfo[name] = again
        written._didModify = True  # type: ignore[attr-defined] # so that the new directory is written
    assert "its files together are larger than it is itself" in refused(path)


def test_encrypted(tmp_path: Path) -> None:
    """An encrypted file is refused."""
    path = archive(tmp_path, {MANIFEST: manifest("code/shop.py"), "code/shop.py": CODE})
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 8] |= 1
    path.write_bytes(content)
    assert "'code/shop.py' is encrypted" in refused(path)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06", b"PK\x03\x04" + b"\0" * 100])
def test_no_zip(tmp_path: Path, content: bytes) -> None:
    """What is no zip is refused."""
    (tmp_path / "package.zip").write_bytes(content)
    assert "is no package that can be read" in refused(tmp_path / "package.zip")


def test_cut_short(tmp_path: Path) -> None:
    """A package that is cut short is refused."""
    path = archive(tmp_path, {MANIFEST: manifest("code/shop.py"), "code/shop.py": CODE})
    path.write_bytes(path.read_bytes()[:-30])
    assert "is no package that can be read" in refused(path)


def test_no_manifest(tmp_path: Path) -> None:
    """A zip without a manifest is refused with how to make a package."""
    assert "has no verspan-package.json: make one with verspan.package" in refused(archive(tmp_path, {"code/a": CODE}))


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"code/shop.py": CODE, "code/more.py": CODE}, "do not agree about code/more.py"),
        ({}, "do not agree about code/shop.py"),
        ({"code/shop.py": CODE + b" "}, "do not agree about code/shop.py"),
    ],
)
def test_disagreement(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    """A file that the manifest does not name, lacks or has with another size is refused."""
    assert said in refused(archive(tmp_path, {MANIFEST: manifest("code/shop.py"), **files}))


def test_tampered_file(tmp_path: Path) -> None:
    """A file of the right size and another content is refused when it is written out."""
    files = {MANIFEST: manifest("code/shop.py"), "code/shop.py": CODE.replace(b"1", b"2")}
    opened = PackageArchive(archive(tmp_path, files))
    with pytest.raises(InvalidArgumentError, match=r"'code/shop.py' has the SHA-256 .* and not"):
        opened.extract(tmp_path / "out")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"format": 2}, "pip install --upgrade verspan"),
        ({"model_id": "m-1"}, "m-1"),
        ({"model_name": "another"}, "cannot have the id"),
        ({"model_name": "a\nb"}, "version name"),
        ({"entry_point": "os:system; x"}, "is not of the form"),
        ({"python": "3.11; x"}, "is expected"),
        ({"files": [{**entry_of("code/shop.py"), "size": -1}]}, "has the size -1"),
        ({"files": [{**entry_of("code/shop.py"), "digest": "x"}]}, "is expected"),
        ({"files": 1}, "manifest cannot be read"),
        ({"git": 1}, "manifest cannot be read"),
    ],
)
def test_manifest_fields(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    """Every field of the manifest is checked."""
    assert said in refused(archive(tmp_path, {MANIFEST: manifest("code/shop.py", **changed), "code/shop.py": CODE}))


@pytest.mark.parametrize("content", [b"", b"[]", b"1", b"{", b"{}", b"\xff"])
def test_no_json(tmp_path: Path, content: bytes) -> None:
    """A manifest that is none is refused."""
    assert "manifest cannot be read" in refused(archive(tmp_path, {MANIFEST: content}))


def test_every_byte(make: Make, package_file: Fetch, tmp_path: Path) -> None:
    """Wherever a package is changed its hash is another, be it in what no reader uses; most changes are refused."""
    made = make(config={"times": 1})
    content = package_file(made).read_bytes()
    spoilt = tmp_path / "package.zip"
    for position in range(0, len(content), 97):
        spoilt.write_bytes(content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :])
        try:
            opened = PackageArchive(spoilt)
            opened.extract(tmp_path / f"out-{position}")
        except InvalidArgumentError:
            continue
        assert opened.package.digest != made.digest
