"""A difference as Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from inline_snapshot import snapshot
from markdown_it import MarkdownIt

from verspan.diffing.model import Hunk, VersionDiff
from verspan.diffing.rendering.markdown import rendered_markdown

pytestmark = pytest.mark.usefixtures("utc")


def test_whole(whole: VersionDiff) -> None:
    """Everything is there, nobody is mentioned, and what would break a table or a block is escaped."""
    assert rendered_markdown(whole) == snapshot("""\
## `agent-v1` → `agent-v2`

|  | `agent-v1` | `agent-v2` |
| --- | --- | --- |
| code | main@11111111 | detached@22222222 + 3 files |
| id | m-11111111 | m-22222222 |
| created | 2025-11-23 08:12:01 | 2025-11-23 08:12:01 |
| calls | 10 | 20 |
| errors | 0 | 0 |
| cost | $0.01 | $0.03 |
| cost of a call | $0.001 | $0.0015 |
| call p50 | 300 ms | 200 ms |
| call p95 | 900 ms | 600 ms |

### Code: 1 commit ahead; 4 files, +3 -1

<details><summary>1 commit ahead</summary>

- 22222222 2026-01-01 `Ann <script>`: ``Answer `better` @everyone | #1``

</details>

|  | file | lines |  |
| --- | --- | --- | --- |
| M | `app.py` | +1 -1 | mode 100644 → 100755 |
| A | ``bad␛[31m\\|name`.md`` | +2 -0 |  |
| R | `old.png → logo.png` |  | binary, 12.3 kB (aaaaaaaa) → 900 B (bbbbbbbb) |
| M | `huge.bin` |  | cannot be shown |

<details><summary><code>app.py</code> +1 -1</summary>

```diff
@@ -1,2 +1,2 @@ def answer():
 def answer():
-    return "x"
+    return "y"  # a    b
```

</details>

<details><summary><code>bad␛[31m|name`.md</code> +2 -0</summary>

````diff
@@ -0,0 +1,2 @@
+```␇
+<b>bold</b>
````

</details>

### Parameters: 1 added, 1 removed, 2 changed

|  | name | before | after |
| --- | --- | --- | --- |
| ~ | `temperature` | `0.7` | `0.2` |
| + | `top_p` |  | (empty) |
| - | `seed` | `1` |  |

<details><summary>~ <code>system</code></summary>

```diff
@@ -1,3 +1,4 @@
 You answer customers of a tea shop.
-Be kind and short.
+Be kind and exact.
 Never promise more than {{ limit }}.
+Ask first.
```

</details>

### Calls of models: 1 changed

|  | name | before | after |
| --- | --- | --- | --- |
| ~ | `model` | `gpt-4o-mini (chat)` | `gpt-4.1-mini (chat)` |

### Prompts: 1 added, 1 changed

<details><summary>~ <code>support</code> version 1 → 2</summary>

```diff
@@ -1,3 +1,4 @@
 You answer customers of a tea shop.
-Be kind and short.
+Be kind and exact.
 Never promise more than {{ limit }}.
+Ask first.
```

</details>

- added `greeting` version 1

### Dependencies: 1 changed, 1 upgraded, 1 downgraded

|  | name | before | after |
| --- | --- | --- | --- |
| ~ | `python` | `CPython 3.12.4` | `CPython 3.13.1` |
| ↑ | `openai` | `1.40.0` | `1.52.0` |
| ↓ | `httpx` | `0.28.1` | `0.27.1` |

The same: Environment

### Cannot be told

- Code: huge.bin was not kept
- Entry point: agent-v1: was not captured
""")


def test_blocks_stay_closed(whole: VersionDiff) -> None:
    """What files and prompts hold stays within its block, whatever it is."""
    fences = [
        token
        for token in MarkdownIt("commonmark").enable("table").parse(rendered_markdown(whole))
        if token.type == "fence"
    ]
    assert [token.info for token in fences] == ["diff"] * 4
    assert "```␇" in fences[1].content


def test_length(whole: VersionDiff) -> None:
    """However much differs, a comment on a pull request takes it, and it says what it leaves out."""
    assert whole.code
    large = replace(whole.code.files[0], hunks=[Hunk(1, 0, 1, 2000, "", ["+" + "x" * 200] * 200)])
    code = replace(whole.code, files=[large] * 30, ahead=list(whole.code.ahead or ()) * 500)
    written = rendered_markdown(replace(whole, code=code))
    assert len(written) < 65_536
    assert "*29 blocks left out: `verspan diff --format html` has everything.*" in written
    assert "… and 450 more commits" in written
    assert "### Prompts: 1 added, 1 changed" in written
