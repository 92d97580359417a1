"""Artifacts read back."""

from __future__ import annotations

from pathlib import Path

import pytest

import verspan
from verspan.artifacts.reading import write_artifacts
from verspan.errors import InvalidArgumentError, NotFoundError, StoreCorruptError, StoreUnavailableError
from verspan.store.interface import Store

from .conftest import contents


@pytest.fixture(autouse=True)
def logged(model_id: str) -> None:
    """Three files in two folders."""
    for path in ("config.json", "rows/a.txt", "rows/b.txt"):
        verspan.log_text(f"the text of {path}", path, model_id=model_id)


def kept_content(folder: Path, text: str) -> Path:
    """The file at the artifact root that has a text."""
    (found,) = (path for path in (folder / "artifacts").rglob("*") if path.is_file() and path.read_text() == text)
    return found


def test_everything(model_id: str, tmp_path: Path) -> None:
    """Without a path every artifact is written, under its path."""
    target = tmp_path / "new" / "folder"
    assert verspan.download_artifacts(model_id=model_id, dst_path=target) == str(target)
    assert contents(target) == {
        path: f"the text of {path}".encode() for path in ("config.json", "rows/a.txt", "rows/b.txt")
    }


@pytest.mark.parametrize("path", ["rows", "rows/", "rows/a.txt"])
def test_part(model_id: str, tmp_path: Path, path: str) -> None:
    """A file or a folder alone is written where it stands in the version; the answer is its path."""
    written = Path(verspan.download_artifacts(model_id=model_id, artifact_path=path, dst_path=tmp_path / "out"))
    assert written == tmp_path / "out" / path.strip("/")
    assert (written if written.is_file() else written / "a.txt").read_text() == "the text of rows/a.txt"
    assert not (tmp_path / "out" / "config.json").exists()


def test_address(model_id: str) -> None:
    """A version and a path can be given as one address, and then nothing else beside it."""
    written = verspan.download_artifacts(f"models:/{model_id}/rows/b.txt")
    assert Path(written).read_text() == "the text of rows/b.txt"
    assert [artifact.path for artifact in verspan.list_artifacts(f"models:/{model_id}/rows")] == [
        "rows/a.txt",
        "rows/b.txt",
    ]
    with pytest.raises(InvalidArgumentError, match="give no model_id"):
        verspan.list_artifacts(f"models:/{model_id}", model_id=model_id)
    with pytest.raises(InvalidArgumentError, match="is no address"):
        verspan.list_artifacts("runs:/1/rows")


def test_gone_on_with(model_id: str, tmp_path: Path) -> None:
    """What has its content already is left as it is, and what has another is written."""
    target = tmp_path / "out"
    verspan.download_artifacts(model_id=model_id, dst_path=target)
    before = (target / "config.json").stat().st_ino
    (target / "rows" / "a.txt").write_text("THE TEXT OF rows/a.txt", encoding="utf-8")
    verspan.download_artifacts(model_id=model_id, dst_path=target)
    assert (target / "config.json").stat().st_ino == before
    assert (target / "rows" / "a.txt").read_text() == "the text of rows/a.txt"


def test_not_there(model_id: str) -> None:
    """A path that the version does not have is not found, and the message says how to see what it has."""
    with pytest.raises(NotFoundError, match=r"has no artifact 'rows/c.txt': verspan\.list_artifacts"):
        verspan.download_artifacts(model_id=model_id, artifact_path="rows/c.txt")


def test_tampered(model_id: str, folder: Path, tmp_path: Path) -> None:
    """A content that was changed at its root is refused, both hashes are named, and no file is left."""
    kept_content(folder, "the text of rows/a.txt").write_text("the TEXT of rows/a.txt", encoding="utf-8")
    with pytest.raises(StoreCorruptError, match=r"'rows/a.txt' at .* has the SHA-256 .* and not"):
        verspan.download_artifacts(model_id=model_id, artifact_path="rows/a.txt", dst_path=tmp_path / "out")
    assert contents(tmp_path / "out") == {}


def test_lost(model_id: str, folder: Path) -> None:
    """A content that is gone is said to be gone from where it was."""
    kept_content(folder, "the text of rows/a.txt").unlink()
    with pytest.raises(StoreUnavailableError, match=r"'rows/a.txt' \(SHA-256 .*\) is not at .*artifacts: log it again"):
        verspan.download_artifacts(model_id=model_id, artifact_path="rows/a.txt")


def test_link_out(store: Store, model_id: str, tmp_path: Path) -> None:
    """A link in the folder that is written to leads nobody out of it, and a link at a file's place is replaced."""
    target, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    target.mkdir()
    (outside / "secret").write_text("mine", encoding="utf-8")
    (target / "config.json").symlink_to(outside / "secret")
    write_artifacts(store, store.artifacts.of(model_id, "config.json"), target)
    (target / "rows").symlink_to(outside)
    with pytest.raises(InvalidArgumentError, match="where a link leads: remove the link"):
        verspan.download_artifacts(model_id=model_id, artifact_path="rows", dst_path=target)
    assert contents(outside) == {"secret": b"mine"}
    assert (target / "config.json").read_text() == "the text of config.json"


def test_file_in_the_way(model_id: str, tmp_path: Path) -> None:
    """Where a folder cannot be made the artifact is named with the reason."""
    (tmp_path / "rows").touch()
    with pytest.raises(InvalidArgumentError, match=r"'rows/a.txt' cannot be written below"):
        verspan.download_artifacts(model_id=model_id, artifact_path="rows", dst_path=tmp_path)
