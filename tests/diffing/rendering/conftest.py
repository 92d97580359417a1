"""A difference with something of every kind in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.diffing.conftest import utc

from verspan.diffing.mappings import difference
from verspan.diffing.model import (
    Changed,
    CodeDiff,
    CodeSummary,
    Commit,
    DependencyDiff,
    FileDiff,
    FileEntry,
    FileStatus,
    Hunk,
    Part,
    PromptChange,
    PromptsDiff,
    PromptUse,
    Side,
    Untold,
    VersionDiff,
)
from verspan.diffing.texts import text_hunks
from verspan.traces.model import Figures
from verspan.versions.model import LoggedModel

__all__ = ["utc"]

FIRST = "You answer customers of a tea shop.\nBe kind and short.\nNever promise more than {{ limit }}.\n"
SECOND = "You answer customers of a tea shop.\nBe kind and exact.\nNever promise more than {{ limit }}.\nAsk first.\n"


def side(name: str, digit: str, calls: int, cost: float, p50: float) -> Side:
    """A version with figures."""
    model = LoggedModel(f"m-{digit * 32}", name, "e-1", "shop", 1_763_885_521_123, 1_763_885_521_123)
    return Side(name, model, Figures(model.model_id, calls=calls, cost_usd=cost, p50_ms=p50, p95_ms=3 * p50))


def text_file(path: str, status: FileStatus, hunks: list[Hunk], former_path: str | None = None) -> FileDiff:
    """A file of text."""
    signs = [line[0] for hunk in hunks for line in hunk.lines]
    before = None if status is FileStatus.ADDED else FileEntry("100644", "1" * 40, 100)
    after = None if status is FileStatus.REMOVED else FileEntry("100755", "2" * 40, 120)
    return FileDiff(path, former_path, status, before, after, False, signs.count("+"), signs.count("-"), hunks)  # noqa: FBT003 - not binary


CODE = CodeDiff(
    CodeSummary("1" * 40, "main", 0),
    CodeSummary("2" * 40, None, 3),
    ahead=[Commit("2" * 40, "Ann <script>", 1_767_225_600_000, "Answer `better` @everyone | #1")],
    behind=[],
    files=[
        text_file(
            "app.py",
            FileStatus.MODIFIED,
            [Hunk(1, 2, 1, 2, "def answer():", [" def answer():", '-    return "x"', '+    return "y"  # a\tb'])],
        ),
        text_file("bad\x1b[31m|name`.md", FileStatus.ADDED, [Hunk(0, 0, 1, 2, "", ["+```\x07", "+<b>bold</b>"])]),
        replace(
            text_file("logo.png", FileStatus.RENAMED, [], "old.png"),
            before=FileEntry("100644", "a" * 40, 12_300),
            after=FileEntry("100644", "b" * 40, 900),
            binary=True,
        ),
        FileDiff("huge.bin", None, FileStatus.MODIFIED, FileEntry(""), FileEntry(""), False, 0, 0, (), incomplete=True),  # noqa: FBT003 - not binary
    ],
)


@pytest.fixture
def whole() -> VersionDiff:
    """A difference in every part."""
    return VersionDiff(
        side("agent-v1", "1", 10, 0.01, 300),
        side("agent-v2", "2", 20, 0.03, 200),
        CODE,
        difference(
            {"temperature": "0.7", "seed": "1", "system": FIRST}, {"temperature": "0.2", "top_p": "", "system": SECOND}
        ),
        PromptsDiff(
            added=[PromptUse("greeting", 1, "Hello!")],
            changed=[
                PromptChange(PromptUse("support", 1, FIRST), PromptUse("support", 2, SECOND), text_hunks(FIRST, SECOND))
            ],
        ),
        DependencyDiff(
            upgraded={"openai": Changed("1.40.0", "1.52.0")},
            downgraded={"httpx": Changed("0.28.1", "0.27.1")},
            runtime={"python": Changed("CPython 3.12.4", "CPython 3.13.1")},
        ),
        difference({}, {}),
        None,
        difference({"model": "gpt-4o-mini (chat)"}, {"model": "gpt-4.1-mini (chat)"}),
        [Untold(Part.CODE, "huge.bin was not kept"), Untold(Part.ENTRY_POINT, "agent-v1: was not captured")],
    )
