"""What the environment says of capturing."""

from __future__ import annotations

import pytest

from verspan.versions.capture.settings import CaptureMode, CaptureSettings, capture_settings
from verspan.versions.capture.surroundings import CHOSEN


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment says nothing."""
    for name in ("VERSPAN_CAPTURE", "VERSPAN_CAPTURE_MAX_BYTES", "VERSPAN_CAPTURE_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)


def test_defaults() -> None:
    """All of a state is captured, up to 10 MiB of files."""
    assert capture_settings() == CaptureSettings(CaptureMode.FULL, 10_485_760, CHOSEN)


def test_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting is as the environment says."""
    monkeypatch.setenv("VERSPAN_CAPTURE", " Git")
    monkeypatch.setenv("VERSPAN_CAPTURE_MAX_BYTES", "1000")
    monkeypatch.setenv("VERSPAN_CAPTURE_ENVIRONMENT", "TEA_*, CUP,")
    assert capture_settings() == CaptureSettings(CaptureMode.GIT, 1000, ("TEA_*", "CUP"))
    monkeypatch.setenv("VERSPAN_CAPTURE_ENVIRONMENT", "none")
    assert capture_settings().environment == ()


def test_unusable(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A value that is none is said once, and the default holds."""
    monkeypatch.setenv("VERSPAN_CAPTURE", "everything")
    monkeypatch.setenv("VERSPAN_CAPTURE_MAX_BYTES", "10 MB")
    assert [capture_settings(), capture_settings()] == [CaptureSettings()] * 2
    capture, cap = [record.getMessage() for record in caplog.records]
    assert capture == (
        "VERSPAN_CAPTURE='everything' is none of its values, which are off, git and full: full is used instead."
    )
    assert cap == (
        "VERSPAN_CAPTURE_MAX_BYTES='10 MB' is none of its values, which are whole numbers of bytes: "
        "10485760 is used instead."
    )
