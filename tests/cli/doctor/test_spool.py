"""What the doctor says of spans on their way."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from verspan.cli.doctor.findings import Finding, Level
from verspan.cli.doctor.spool import check_spool
from verspan.settings import Settings
from verspan.spool.counters import DropReason, add_to_counters, set_trouble
from verspan.spool.delivery import Destination
from verspan.spool.destinations import make_folder
from verspan.spool.segments import SegmentWriter
from verspan.spool.sessions import Session

COLLECTOR = Destination("otlp", "http://collector:4318/v1/traces")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store_url=f"sqlite:///{tmp_path}/store.db", exporters=("local",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a collector's spans, with the session of a process that is dead and left nothing."""
    made = tmp_path / ".verspan" / "spool" / "otlp-1"
    make_folder(made, COLLECTOR)
    session = Session.begin(made)
    SegmentWriter(session.new_segment())
    session.end()
    return made


def test_nothing_yet(settings: Settings, tmp_path: Path) -> None:
    """Where nothing waits, the place is named, and looking makes nothing."""
    message = f"Spans wait in {tmp_path}/.verspan/spool until their destination has them."
    assert check_spool(settings) == [Finding("spool", "folder", Level.OK, message)]
    assert list(tmp_path.iterdir()) == []


def test_no_folder(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place where no folder can be made is a warning with the way out."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("VERSPAN_SPOOL", str(tmp_path / "file" / "spool"))
    message = f"Spans wait in memory alone: {tmp_path}/file is no folder that this user may write."
    remedy = "Make it one, or name another folder in VERSPAN_SPOOL."
    assert check_spool(settings) == [Finding("spool", "folder", Level.WARNING, message, remedy)]


def test_trouble_and_losses(settings: Settings, folder: Path) -> None:
    """A destination that takes nothing, and what was lost, are warnings; what was left out is said."""
    set_trouble(folder, "it answers 401", 1)
    add_to_counters(folder, {DropReason.SIZE: 7, DropReason.REFUSED: 2}, unreadable_bytes=50, sampled_out=9)

    (trouble, lost, sampled_out, unreadable) = check_spool(settings)[1:]

    address = COLLECTOR.address
    assert trouble.message == f"0 spans wait for {address}, which takes nothing: it answers 401."
    assert lost.message == f"Spans for {address} were lost: 7 for size, 2 for refused."
    assert unreadable.message == f"50 bytes of spans for {address} could not be read."
    assert sampled_out == Finding(
        "spool", address, Level.OK, f"9 spans for {address} were left out by tail sampling, as asked."
    )
    assert {finding.level for finding in (trouble, lost, unreadable)} == {Level.WARNING}
    assert json.loads((folder / "counters.json").read_text())["dropped"] == {"size": 7, "refused": 2}
    assert os.access(folder, os.R_OK)
