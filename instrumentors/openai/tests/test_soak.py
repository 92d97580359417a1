"""The soak of ``bench/soak.py``, for as long as a test may take."""

from __future__ import annotations

from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import openai
import pytest

from verspan.instrumentation.policy import current_policy, set_policy

CALLS = 2_000
pytestmark = pytest.mark.skipif(openai.__version__ < "3", reason="the soak's client is on httpx2")


@pytest.fixture(name="soak")
def _soak(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module."""
    monkeypatch.setenv("VERSPAN_RAISE_INTERNAL_ERRORS", "1")
    file = Path(__file__).parents[3] / "bench" / "soak.py"
    spec = util.spec_from_file_location("soak", file)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    before = current_policy()
    yield module
    set_policy(before)


def test_nothing_is_left(soak: ModuleType) -> None:
    """Of streams that are given up in every way no span stays open, and no call is kept."""
    samples = list(soak.soak(CALLS, CALLS // 4))
    assert [(found.calls, found.open_spans, found.kept_calls) for found in samples] == [
        (CALLS * part // 4, 0, 0) for part in (1, 2, 3, 4)
    ]


def test_what_is_held_is_seen(soak: ModuleType) -> None:
    """A stream that the application holds is a call that is kept, and a span that is open."""
    held = []
    original = soak._Client._drop_unread
    soak._Client._drop_unread = lambda client: held.append(client._stream())
    (sample,) = soak.soak(7, 7)
    soak._Client._drop_unread = original
    assert (len(held), sample.open_spans, sample.kept_calls) == (1, 1, 1)
    held.pop().close()
