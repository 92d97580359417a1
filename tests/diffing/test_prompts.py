"""The differences of prompts."""

from __future__ import annotations

from verspan.diffing.model import PromptChange, PromptsDiff, PromptUse
from verspan.diffing.prompts import compare_prompts, content_text
from verspan.diffing.texts import text_hunks
from verspan.prompts.model import PromptContent, PromptVariable


def use(name: str, version: int) -> PromptUse:
    return PromptUse(name, version, f"{name} as of {version}\n")


def test_uses() -> None:
    """A prompt that both used in other versions has changed; others came or went, and the same are not told."""
    before = [use("support", 1), use("greeting", 3), use("old", 1)]
    after = [use("support", 2), use("greeting", 3), use("new", 1)]
    assert compare_prompts(before, after) == PromptsDiff(
        added=[use("new", 1)],
        removed=[use("old", 1)],
        changed=[
            PromptChange(use("support", 1), use("support", 2), text_hunks("support as of 1\n", "support as of 2\n"))
        ],
    )
    assert compare_prompts(before, before).same


def test_several_versions_of_one() -> None:
    """Of several versions of one prompt, the newest that are not in both are compared."""
    diff = compare_prompts([use("a", 1), use("a", 2)], [use("a", 2), use("a", 3), use("a", 4)])
    assert [(change.before.version, change.after.version) for change in diff.changed] == [(1, 4)]
    assert (list(diff.added), list(diff.removed)) == ([use("a", 3)], [])


def test_content_text() -> None:
    """All that belongs to a prompt is in its text: messages by role, variables, what the model is called with."""
    content = PromptContent(
        [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "{{ question }}"}],
        [PromptVariable("question", "string")],
        model_config={"temperature": 0.2},
    )
    assert content_text(content) == (
        "[system]\nBe kind.\n\n[user]\n{{ question }}\n\n"
        'variables: [\n  {\n    "name": "question",\n    "type": "string",\n    "required": true,\n'
        '    "default": null\n  }\n]\n\nmodel_config: {\n  "temperature": 0.2\n}'
    )
