"""What the README shows: its blocks of commands and of code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    language: str
    text: str
    line: int
    """Where it begins in the file, from 1."""


def blocks(*languages: str, path: Path = README) -> list[Block]:
    """The fenced blocks of a page in some languages, in order."""
    page = path.read_text(encoding="utf-8")
    found = (Block(match[1], match[2], page.count("\n", 0, match.start()) + 1) for match in _FENCE.finditer(page))
    return [block for block in found if block.language in languages]


def users_page() -> str:
    """The program that the README opens with."""
    return blocks("python")[0].text
