"""A difference in a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from inline_snapshot import snapshot
from rich.console import Console

from verspan.diffing.model import VersionDiff
from verspan.diffing.rendering.text import Extent, chosen_extent, is_bounded, rendered_text

pytestmark = pytest.mark.usefixtures("utc")


def printed(diff: VersionDiff, extent: Extent, *, width: int = 80, colour: bool = False) -> str:
    """What a console of a width prints, without blanks at the ends of lines."""
    console = Console(
        width=width, highlight=False, emoji=False, markup=False, force_terminal=colour, legacy_windows=False
    )
    with console.capture() as captured:
        for renderable in rendered_text(diff, extent):
            console.print(renderable)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def test_whole(whole: VersionDiff) -> None:
    """Everything is there, and what would control the terminal is made visible."""
    assert printed(whole, Extent(hunks=True, whole=True)) == snapshot("""\
                agent-v1             agent-v2
code            main@11111111        detached@22222222 + 3 files
id              m-11111111           m-22222222
created         2025-11-23 08:12:01  2025-11-23 08:12:01
calls           10                   20
errors          0                    0
cost            $0.01                $0.03
cost of a call  $0.001               $0.0015
call p50        300 ms               200 ms
call p95        900 ms               600 ms

Code  1 commit ahead; 4 files, +3 -1
  + 22222222  2026-01-01  Ann <script>  Answer `better` @everyone | #1
  M  +1  -1  app.py  mode 100644 → 100755
  A  +2      bad␛[31m|name`.md
  R          old.png → logo.png  binary, 12.3 kB (aaaaaaaa) → 900 B (bbbbbbbb)
  M          huge.bin  cannot be shown

app.py
@@ -1,2 +1,2 @@ def answer():
 def answer():
-    return "x"
+    return "y"  # a b

bad␛[31m|name`.md
@@ -0,0 +1,2 @@
+```␇
+<b>bold</b>

Parameters  1 added, 1 removed, 2 changed
  ~ temperature  0.7 → 0.2
  + top_p        (empty)
  - seed         1
  ~ system
     You answer customers of a tea shop.
    -Be kind and short.
    +Be kind and exact.
     Never promise more than {{ limit }}.
    +Ask first.

Calls of models  1 changed
  ~ model  gpt-4o-mini (chat) → gpt-4.1-mini (chat)

Prompts  1 added, 1 changed
  ~ support  version 1 → 2
     You answer customers of a tea shop.
    -Be kind and short.
    +Be kind and exact.
     Never promise more than {{ limit }}.
    +Ask first.
  + greeting  version 1

Dependencies  1 changed, 1 upgraded, 1 downgraded
  ~ python  CPython 3.12.4 → CPython 3.13.1
  ↑ openai  1.40.0 → 1.52.0
  ↓ httpx   0.28.1 → 0.27.1

The same  Environment

Cannot be told
  Code: huge.bin was not kept
  Entry point: agent-v1: was not captured\
""")


def test_narrow(whole: VersionDiff) -> None:
    """In a narrow window long names and subjects go on in the next line, in their column."""
    assert printed(whole, Extent(hunks=False, whole=False), width=50) == snapshot("""\
                agent-v1         agent-v2
code            main@11111111    detached@22222222
                                 + 3 files
id              m-11111111       m-22222222
created         2025-11-23       2025-11-23
                08:12:01         08:12:01
calls           10               20
errors          0                0
cost            $0.01            $0.03
cost of a call  $0.001           $0.0015
call p50        300 ms           200 ms
call p95        900 ms           600 ms

Code  1 commit ahead; 4 files, +3 -1
  + 22222222  2026-01-01  Ann <script>  Answer
                                        `better`
                                        @everyone
                                        | #1
  M  +1  -1  app.py  mode 100644 → 100755
  A  +2      bad␛[31m|name`.md
  R          old.png → logo.png  binary, 12.3 kB
             (aaaaaaaa) → 900 B (bbbbbbbb)
  M          huge.bin  cannot be shown

Parameters  1 added, 1 removed, 2 changed
  ~ temperature  0.7 → 0.2
  + top_p        (empty)
  - seed         1
  ~ system
     You answer customers of a tea shop.
    -Be kind and short.
    +Be kind and exact.
     Never promise more than {{ limit }}.
    +Ask first.

Calls of models  1 changed
  ~ model  gpt-4o-mini (chat) → gpt-4.1-mini
           (chat)

Prompts  1 added, 1 changed
  ~ support  version 1 → 2
     You answer customers of a tea shop.
    -Be kind and short.
    +Be kind and exact.
     Never promise more than {{ limit }}.
    +Ask first.
  + greeting  version 1

Dependencies  1 changed, 1 upgraded, 1 downgraded
  ~ python  CPython 3.12.4 → CPython 3.13.1
  ↑ openai  1.40.0 → 1.52.0
  ↓ httpx   0.28.1 → 0.27.1

The same  Environment

Cannot be told
  Code: huge.bin was not kept
  Entry point: agent-v1: was not captured\
""")


def test_colours(whole: VersionDiff) -> None:
    """Lines have colours by what becomes of them, words of code by what they are, and changed words stand out."""
    shown = printed(whole, Extent(hunks=True, whole=True), colour=True)
    assert [line for line in shown.splitlines() if "return" in line or "exact" in line] == snapshot(
        [
            '\x1b[31m-\x1b[0m\x1b[31m    \x1b[0m\x1b[35mreturn\x1b[0m\x1b[31m \x1b[0m\x1b[33m"x"\x1b[0m',
            '\x1b[32m+\x1b[0m\x1b[32m    \x1b[0m\x1b[35mreturn\x1b[0m\x1b[32m \x1b[0m\x1b[33m"y"\x1b[0m\x1b[32m  \x1b[0m\x1b[2;3;32m# a b\x1b[0m',  # noqa: E501 - as it is written
            "    \x1b[32m+\x1b[0m\x1b[32mBe kind and \x1b[0m\x1b[1;7;32mexact\x1b[0m\x1b[32m.\x1b[0m",
            "    \x1b[32m+\x1b[0m\x1b[32mBe kind and \x1b[0m\x1b[1;7;32mexact\x1b[0m\x1b[32m.\x1b[0m",
        ]
    )


@pytest.mark.parametrize(
    ("files", "patch", "stat", "expected"),
    [
        (1, False, False, (Extent(hunks=True, whole=False), False)),
        (1, False, True, (Extent(hunks=False, whole=True), False)),
        (100, False, False, (Extent(hunks=False, whole=False), True)),
        (100, True, False, (Extent(hunks=True, whole=True), False)),
    ],
)
def test_extent(whole: VersionDiff, *, files: int, patch: bool, stat: bool, expected: tuple[Extent, bool]) -> None:
    """Small differences are shown line by line, large ones as a list, and what was asked for is whole."""
    assert whole.code
    diff = replace(whole, code=replace(whole.code, files=[whole.code.files[0]] * files))
    extent = chosen_extent(diff, patch=patch, stat=stat)
    assert (extent, is_bounded(diff, extent)) == expected


def test_bounded(whole: VersionDiff) -> None:
    """Where only as much is shown as one looks at, the rest is counted."""
    assert whole.code
    assert whole.code.ahead
    code = replace(whole.code, files=[whole.code.files[0]] * 100, ahead=[whole.code.ahead[0]] * 30)
    shown = printed(replace(whole, code=code), Extent(hunks=False, whole=False))
    assert "… and 60 more files" in shown
    assert "… and 10 more commits" in shown
    assert shown.count("app.py") == 40
