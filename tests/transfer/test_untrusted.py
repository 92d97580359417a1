"""Files from strangers: what is not as it was exported is refused, and nothing of it is kept."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from tests.transfer.conftest import MakeStore, assessment_id, bring, export, fill, rows

from verspan.errors import InvalidArgumentError, StoreUnavailableError
from verspan.store.encoding import from_json, to_json
from verspan.store.interface import Store
from verspan.store.opening import open_store
from verspan.transfer.archive.zstandard import PACKING, ZstdCompressor, ZstdFile
from verspan.transfer.importing import import_file
from verspan.transfer.model import tell_nobody

Members = dict[str, bytes]
REFUSED = "is not imported: "


def packed(content: bytes) -> bytes:
    """A content as members have it."""
    compressor = ZstdCompressor(options=PACKING)
    return bytes(compressor.compress(content) + compressor.flush())


def members_of(path: Path) -> Members:
    """The members of a file, as they are in it."""
    with ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def write(path: Path, members: Mapping[str, bytes], method: int = 0) -> None:
    """Write a file with these members."""
    with ZipFile(path, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)


def with_records(members: Members, subject: str, lines: list[bytes]) -> Members:
    """The members with other records of a subject, and a manifest that fits them."""
    content = b"".join(line + b"\n" for line in lines)
    return with_member(members, f"{subject}.jsonl.zst", content, len(lines))


def with_member(members: Members, name: str, content: bytes, lines: int | None, **claimed: int) -> Members:
    """The members with another content of one, and a manifest that fits it but for what is claimed."""
    manifest = json.loads(members["manifest.json"])
    others = [member for member in manifest["members"] if member["name"] != name]
    told = {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "lines": lines}
    manifest["members"] = [*others, {**told, **claimed}]
    return {**members, name: packed(content), "manifest.json": json.dumps(manifest).encode()}


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What is in a file that is as it was exported."""
    folder = tmp_path_factory.mktemp("here")
    with closing(open_store(f"sqlite:///{folder / '.verspan' / 'verspan.db'}")) as here:
        fill(here)
        export(here, folder / "file.verspan")
    return (folder / "file.verspan").read_bytes()


@pytest.fixture
def exported(content: bytes, tmp_path: Path) -> Path:
    """A file that is as it was exported."""
    path = tmp_path / "file.verspan"
    path.write_bytes(content)
    return path


@pytest.fixture
def there(make_store: MakeStore) -> Store:
    """The store that has to stay as it is."""
    return make_store("there")


def refused(store: Store, path: Path, **options: Any) -> str:
    """What is said of a file that is refused, once it is clear that nothing was kept of it."""
    before = rows(store)
    with pytest.raises(InvalidArgumentError) as raised:
        import_file(store, path, tell_nobody, **options)
    assert rows(store) == before
    assert not (Path(store.location).parent / "artifacts").exists()
    message = str(raised.value)
    assert repr(str(path)) in message
    return message.partition(REFUSED)[2]


@pytest.mark.parametrize("kept", [0, 0.001, 0.5, 0.9, 0.9999])
def test_cut_short(there: Store, exported: Path, kept: float) -> None:
    """A file that is cut short anywhere is refused."""
    whole = exported.read_bytes()
    exported.write_bytes(whole[: int(kept * len(whole))])
    assert refused(there, exported).startswith("it is damaged or cut short")


def test_every_byte(there: Store, exported: Path) -> None:
    """Whatever byte of a member's content is another, the file is refused."""
    whole = exported.read_bytes()
    with ZipFile(exported) as file:
        ends = [info.header_offset + 60 + info.file_size // 2 for info in file.infolist()]
    for position in ends:
        exported.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert refused(there, exported)


def test_not_a_file_of_ours(there: Store, tmp_path: Path) -> None:
    """What is no file, no ZIP file or no export is refused, each in words of its own."""
    (tmp_path / "text").write_text("versions")
    write(tmp_path / "zip", {"app.py": b"pass"})
    write(tmp_path / "other", {"manifest.json": b'{"format": "bundle"}'})
    write(tmp_path / "json", {"manifest.json": b"{"})
    with pytest.raises(InvalidArgumentError, match="cannot be read: No such file"):
        bring(there, tmp_path / "nowhere")
    assert refused(there, tmp_path / "text").startswith("it is damaged or cut short (File is not a zip file)")
    assert refused(there, tmp_path / "zip") == "it has no manifest, so it is no export by Verspan"
    assert refused(there, tmp_path / "other") == "its manifest is not that of an export by Verspan"
    assert refused(there, tmp_path / "json") == "its manifest is not JSON"


def test_newer_format(there: Store, exported: Path) -> None:
    """A file of another version of the format is refused, with the way out."""
    members = members_of(exported)
    manifest = json.loads(members["manifest.json"])
    write(exported, {**members, "manifest.json": json.dumps({**manifest, "format_version": 3}).encode()})
    assert refused(there, exported) == (
        "it has format version 3, and this Verspan reads versions up to 2: upgrade with pip install --upgrade verspan"
    )


def test_unnamed_version(there: Store, exported: Path) -> None:
    """A record of a version that the manifest does not name is refused."""
    members = members_of(exported)
    manifest = json.loads(members["manifest.json"])
    write(exported, {**members, "manifest.json": json.dumps({**manifest, "model_ids": []}).encode()})
    assert refused(there, exported) == "its manifest does not name every version that it has a record of"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "blobs/../x.zst", "spans.jsonl", "C:\\x"])
def test_strange_members(there: Store, exported: Path, name: str) -> None:
    """A member that no export has is refused, whether the manifest knows of it or not."""
    members = members_of(exported)
    write(exported, {**members, name: b"root"})
    assert refused(there, exported) == f"its members are not those of its manifest: {name!r}"
    write(exported, with_member(members, name, b"root", None))
    assert refused(there, exported) == f"its manifest has a member that no export has: {name!r}"


def test_other_content(there: Store, exported: Path) -> None:
    """A member that is not what the manifest says is refused: another content, fewer records, one that is missing."""
    members = members_of(exported)
    line = to_json(first(members, "models")) + b"\n"
    write(exported, {**members, "models.jsonl.zst": packed(line)})
    assert refused(there, exported) == (
        "models.jsonl.zst is not what its manifest says: it was changed since it was exported"
    )
    write(exported, with_member(members, "spans.jsonl.zst", b"", 5))
    assert refused(there, exported) == "spans.jsonl.zst has 0 records, and its manifest says 5"
    write(exported, {name: content for name, content in members.items() if name != "spans.jsonl.zst"})
    assert refused(there, exported) == "its members are not those of its manifest: 'spans.jsonl.zst'"


def test_unpacks_to_too_much(there: Store, exported: Path) -> None:
    """A file that unpacks to far more than its size is refused before it is unpacked, unless that is allowed."""
    members = members_of(exported)
    digest = hashlib.sha256(b" " * 2**20).hexdigest()
    write(exported, with_member(members, f"blobs/{digest}.zst", b" " * 2**20, None, size=2**40))
    said = refused(there, exported)
    assert "bytes are the most" not in said
    assert said.startswith("it unpacks to 10995")
    assert "--max-bytes" in said
    tracemalloc.start()
    try:
        assert "is not what its manifest says" in refused(there, exported, max_bytes=2**50)
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()


def test_says_less_than_it_unpacks_to(there: Store, exported: Path) -> None:
    """A member that unpacks to more than its manifest says is left off there, however much is left."""
    members = members_of(exported)
    bomb = packed(b"\0" * 2**27)
    digest = hashlib.sha256(b"").hexdigest()
    write(exported, with_member(members, f"blobs/{digest}.zst", b"", None) | {f"blobs/{digest}.zst": bomb})
    tracemalloc.start()
    try:
        assert refused(there, exported).endswith("it was changed since it was exported")
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()


def test_compressed_manifest(there: Store, exported: Path) -> None:
    """A manifest that unpacks to more than any has is refused."""
    write(exported, {"manifest.json": b" " * (2**26 + 1)}, ZIP_DEFLATED)
    assert refused(there, exported) == "its manifest has more than 64 MiB"


def first(members: Members, subject: str) -> dict[str, Any]:
    """The first record of a subject."""
    with ZstdFile(io.BytesIO(members[f"{subject}.jsonl.zst"])) as file:
        record: dict[str, Any] = from_json(file.readline())
    return record


def _changed(record: dict[str, Any], *path: str, value: Any) -> dict[str, Any]:
    name, *rest = path
    return {**record, name: _changed(record[name], *rest, value=value) if rest else value}


Change = Callable[[dict[str, Any]], dict[str, Any]]
BAD_RECORDS: list[tuple[str, Change, str]] = [
    ("models", lambda record: _changed(record, "name", value="agent-v2"), "is not that of 'agent-v2' in 'shop'"),
    ("models", lambda record: _changed(record, "name", value="a\x1b[2J"), "control a terminal"),
    ("models", lambda record: _changed(record, "params", value={"a": 1}), "LoggedModel.params.a is not what it has"),
    ("models", lambda record: _changed(record, "status", value="FINE"), "LoggedModel.status is not what it has to be"),
    ("models", lambda record: {**record, "sql": "DROP"}, "LoggedModel is not what it has to be"),
    ("models", lambda record: _changed(record, "creation_timestamp", value=-1), "is not milliseconds since 1970"),
    ("captures", lambda record: _changed(record, "model_id", value="m-1"), "is not 'm-' and 32 hexadecimal digits"),
    (
        "captures",
        lambda record: _changed(record, "capture", "code", "patch", value={"sha256": "0" * 64}),
        "it has no content with the SHA-256 0000",
    ),
    ("captures", lambda record: _changed(record, "model_id", value="m-" + "0" * 32), "it has no record of the version"),
    (
        "artifacts",
        lambda record: _changed(record, "model_id", value="m-" + "0" * 32),
        "it has no record of the version",
    ),
    ("prompts", lambda record: _changed(record, "prompt", "name", value="../a"), "is no prompt's name"),
    ("prompts", lambda record: _changed(record, "prompt", "content", "template", value=7), "template is not what it"),
    ("artifacts", lambda record: _changed(record, "artifact", "path", value="../../x"), "has a part that is empty"),
    ("artifacts", lambda record: _changed(record, "artifact", "digest", value="0" * 64), "is not in it"),
    ("artifacts", lambda record: _changed(record, "artifact", "size", value=3), "is not in it"),
    ("artifacts", lambda record: _changed(record, "artifact", "digest", value="../../x"), "no digest, size or time"),
    ("spans", lambda record: _changed(record, "trace_id", value="1"), "its trace_id is not an id"),
    ("spans", lambda record: _changed(record, "kind", value="OTHER"), "its kind is none of CLIENT, CONSUMER"),
    ("spans", lambda record: _changed(record, "start_ns", value=2**62), "its start_ns is not nanoseconds"),
    ("spans", lambda record: _changed(record, "attributes", value=[]), "its attributes is not an object"),
    ("spans", lambda record: {**record, "events": [["x"]]}, "its events are not a list of lists with 3 items"),
    ("spans", lambda record: {**record, "links": [["x", "y", {}]]}, "its trace id of a link is not an id"),
    ("datasets", lambda record: _changed(record, "name", value="a\x1b[2J"), "control a terminal"),
    ("datasets", lambda record: _changed(record, "name", value=" a"), "it has no name or digest that a dataset has"),
    ("datasets", lambda record: _changed(record, "created_ms", value=-1), "its time is not milliseconds since 1970"),
    ("dataset_rows", lambda record: _changed(record, "row", "tags", value=7), "RowOfDataset.row.tags is not what it"),
    ("runs", lambda record: _changed(record, "run_id", value="run-1"), "it has no id or no digest"),
    ("runs", lambda record: _changed(record, "trials", value=0), "its rows, trials or times cannot be"),
    ("runs", lambda record: _changed(record, "started_ms", value=2**60), "its rows, trials or times cannot be"),
    ("runs", lambda record: _changed(record, "model_id", value=None), "is not 'm-' and 32 hexadecimal digits"),
    ("results", lambda record: _changed(record, "result", "trial", value=-1), "it is of no row or trial"),
    ("results", lambda record: _changed(record, "result", "trace_id", value="1"), "is no trace's id"),
    ("assessments", lambda record: {**record, "expectation": None, "feedback": None}, "it is not one of feedback and"),
    ("assessments", lambda record: _changed(record, "feedback", "assessment_id", value="1"), "it has no id or time"),
    ("assessments", lambda record: _changed(record, "feedback", "value", value=None), "neither a value nor an error"),
    ("assessments", lambda record: _changed(record, "feedback", "span_id", value="x"), "is no span's id"),
    ("assessments", lambda record: _changed(record, "feedback", "name", value=""), "is no name of an assessment"),
]


@pytest.mark.parametrize(("subject", "change", "said"), BAD_RECORDS)
def test_bad_records(there: Store, exported: Path, subject: str, change: Change, said: str) -> None:
    """A record that nobody could have recorded here is refused with its line, although every digest fits."""
    members = members_of(exported)
    record = change(first(members, subject))
    write(exported, with_records(members, subject, [to_json(record)]))
    message = refused(there, exported)
    assert said in message
    in_itself = not said.startswith(("is not in it", "it has no record"))  # else it does not fit what else is there
    assert message.startswith(f"line 1 of its {subject} cannot be used: ") is in_itself


BAD_REFERENCES: list[tuple[str, Change, str]] = [
    ("datasets", lambda record: _changed(record, "row_count", value=3), "in it are not those of its digest"),
    ("dataset_rows", lambda record: _changed(record, "row", "inputs", value={"q": 1}), "are not those of its digest"),
    ("dataset_rows", lambda record: {**record, "name": "other"}, "the rows of the dataset 'other' in it are not those"),
    (
        "runs",
        lambda record: _changed(record, "run_id", value="run-" + "0" * 32),
        "no record of the evaluation run run-0",
    ),
    ("runs", lambda record: _changed(record, "model_id", value="m-" + "0" * 32), "does not name every version"),
    (
        "assessments",
        lambda record: _changed(record, "feedback", "valid", value=True),
        "overrides what it cannot override",
    ),
    (
        "assessments",
        lambda record: _changed(record, "feedback", "assessment_id", value=assessment_id(2)),
        f"the assessment {assessment_id(2)} is there twice",
    ),
]


@pytest.mark.parametrize(("subject", "change", "said"), BAD_REFERENCES)
def test_bad_references(there: Store, exported: Path, subject: str, change: Change, said: str) -> None:
    """A record that does not fit the others is refused, although every digest fits."""
    members = members_of(exported)
    with ZstdFile(io.BytesIO(members[f"{subject}.jsonl.zst"])) as file:
        lines = file.read().splitlines()
    changed = [to_json(change(from_json(lines[0]))), *lines[1:]]
    write(exported, with_records(members, subject, changed))
    assert said in refused(there, exported)


def test_rows_that_are_missing(there: Store, exported: Path) -> None:
    """A dataset without its rows is refused, and so is a member that a file of the first format version has not."""
    members = members_of(exported)
    write(exported, with_records(members, "dataset_rows", []))
    assert refused(there, exported) == "the rows of the dataset 'support' are not in it"
    manifest = json.loads(members["manifest.json"])
    write(exported, {**members, "manifest.json": json.dumps({**manifest, "format_version": 1}).encode()})
    assert refused(there, exported) == "its manifest has a member that no export has: 'assessments.jsonl.zst'"


@pytest.mark.parametrize("line", [b"", b"[]", b"nothing", b"[" * 5000, b"\xff", b"1" * 5000, b'{"\\u0000nothing": 1}'])
def test_lines_that_are_no_records(there: Store, exported: Path, line: bytes) -> None:
    """A line that is no record at all is refused, of spans, versions, runs and assessments."""
    members = members_of(exported)
    for subject in ("spans", "models", "runs", "assessments"):
        write(exported, with_records(members, subject, [line]))
        assert refused(there, exported).startswith(f"line 1 of its {subject} cannot be used: ")


def test_store_that_fails(make_store: MakeStore, exported: Path) -> None:
    """Where the store fails in the middle, the error says that importing again completes it."""
    there = make_store("there")
    artifacts = Path(there.location).parent / "artifacts"
    artifacts.write_text("in the way")
    with pytest.raises(StoreUnavailableError, match=r"What was imported until then is kept: import '.*' again"):
        bring(there, exported)
    artifacts.unlink()
    assert bring(there, exported).new_spans == 5
