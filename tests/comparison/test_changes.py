"""What changed, in the few words that stand beside the numbers."""

from __future__ import annotations

from verspan.comparison.changes import change_lines, whole_diff
from verspan.diffing.model import (
    Changed,
    CodeDiff,
    CodeSummary,
    DependencyDiff,
    FileDiff,
    FileStatus,
    MappingDiff,
    Part,
    PromptChange,
    PromptsDiff,
    PromptUse,
    Side,
    Untold,
    VersionDiff,
)

SIDES = Side("agent-v1", None, None), Side("agent-v2", None, None)


def file(path: str) -> FileDiff:
    return FileDiff(path, None, FileStatus.MODIFIED, None, None, binary=False, added=3, removed=1, hunks=())


def code(*paths: str) -> CodeDiff:
    state = CodeSummary("1a2b3c4d" * 5, "main", 0)
    return CodeDiff(state, state, (), (), [file(path) for path in paths])


def test_everything() -> None:
    """Each part that changed has how much of it did and the first names, and what is untold is named."""
    prompt = PromptUse("support", 1, "Be brief."), PromptUse("support", 2, "Be kind.")
    why = VersionDiff(
        *SIDES,
        code=code("app.py", "tools.py", "shop.py", "prices.py", "orders.py"),
        params=MappingDiff(added={"seed": "1"}, changed={"temperature": Changed("0.7", "0.2")}),
        prompts=PromptsDiff(changed=[PromptChange(*prompt, ())]),
        dependencies=DependencyDiff(upgraded={"openai": Changed("1.0", "2.0")}),
        untold=[Untold(Part.ENVIRONMENT, "was not captured"), Untold(Part.ENTRY_POINT, "was not captured")],
    )
    assert change_lines(why) == [
        ("Code", "5 files, +15 -5: app.py, tools.py, shop.py and 2 more"),
        ("Prompts", "1 changed: support"),
        ("Parameters", "1 added, 1 changed: temperature, seed"),
        ("Dependencies", "1 upgraded: openai"),
        ("Untold", "environment, entry point"),
    ]
    assert whole_diff(why) == "verspan diff agent-v1 agent-v2"


def test_nothing() -> None:
    """Where nothing is found to have changed that is said, and not left to be guessed."""
    why = VersionDiff(*SIDES, code=code(), params=MappingDiff())
    assert change_lines(why) == [("Nothing found", "what is recorded of both is the same")]
