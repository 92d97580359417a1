"""Patches as git writes them."""

from __future__ import annotations

import random

from verspan.diffing.model import FileDiff, FileEntry, FileStatus, Hunk
from verspan.diffing.patches import read_patch, turned

PATCH = rb"""diff --git a/app.py b/app.py
index 1111111..2222222 100644
--- a/app.py
+++ b/app.py
@@ -1,3 +1,4 @@ def answer():
 one
-two
-three
\ No newline at end of file
+2
+3
+diff --git a/x b/x
@@ -9 +10 @@
-old
+new
diff --git "a/caf\303\251\351\n\"x" "b/caf\303\251\351\n\"x"
old mode 100644
new mode 100755
diff --git a/old name.txt b/new name.txt
similarity index 100%
rename from old name.txt
rename to new name.txt
diff --git a/logo.png b/logo.png
new file mode 100644
index 0000000..3333333
GIT binary patch
literal 3
KcmZQzWMT#Y01f~L

literal 0
HcmV?d00001

diff --git a/kind b/kind
deleted file mode 100644
index 4444444..0000000
--- a/kind
+++ /dev/null
@@ -1 +0,0 @@
-was a file
diff --git a/kind b/kind
new file mode 120000
index 0000000..5555555
--- /dev/null
+++ b/kind
@@ -0,0 +1 @@
+target
\ No newline at end of file
"""


def test_files() -> None:
    """Every kind of change is read: lines, names in quotes, modes, renames, binary files, links in place of files."""
    app, odd, moved, logo, kind = read_patch(PATCH)
    first = ["-two", "-three", "\\ No newline at end of file", "+2", "+3", "+diff --git a/x b/x"]
    assert app == FileDiff(
        path="app.py",
        former_path=None,
        status=FileStatus.MODIFIED,
        before=FileEntry("100644", "1111111"),
        after=FileEntry("100644", "2222222"),
        binary=False,
        added=4,
        removed=3,
        hunks=[Hunk(1, 3, 1, 4, "def answer():", [" one", *first]), Hunk(9, 1, 10, 1, "", ["-old", "+new"])],
    )
    assert (odd.path, odd.before, odd.after) == ('café\\xe9\n"x', FileEntry("100644"), FileEntry("100755"))
    assert (moved.path, moved.former_path, moved.status) == ("new name.txt", "old name.txt", FileStatus.RENAMED)
    assert (logo.binary, logo.before, logo.after) == (True, None, FileEntry("100644", "3333333"))
    assert (kind.status, kind.before, kind.after) == (
        FileStatus.MODIFIED,
        FileEntry("100644", "4444444"),
        FileEntry("120000", "5555555"),
    )
    assert [hunk.lines for hunk in kind.hunks] == [["-was a file"], ["+target", "\\ No newline at end of file"]]


def test_turned() -> None:
    """The other way round, what came goes, and lines that go stand before those that come."""
    app, _, moved, logo, _ = map(turned, read_patch(PATCH))
    assert app.hunks[0] == Hunk(
        *(1, 4, 1, 3, "def answer():"),
        [" one", "-2", "-3", "-diff --git a/x b/x", "+two", "+three", "\\ No newline at end of file"],
    )
    assert (app.added, app.removed) == (3, 4)
    assert (moved.path, moved.former_path) == ("old name.txt", "new name.txt")
    assert (logo.status, logo.before, logo.after) == (FileStatus.REMOVED, FileEntry("100644", "3333333"), None)
    assert [turned(turned(file)).path for file in read_patch(PATCH)] == [file.path for file in read_patch(PATCH)]


def test_spoilt_patches() -> None:
    """A patch from a stranger may be anything: what of it makes sense is read, and the rest is no error."""
    chance = random.Random(0)  # noqa: S311 - the same patches in every run
    for _ in range(500):
        spoilt = bytearray(PATCH)
        for _ in range(chance.randrange(1, 20)):
            place = chance.randrange(len(spoilt))
            pieces = (b"", b"\n", b"@", b'"\\', b"9" * 5000, b"\xff", b" ")
            spoilt[place : place + chance.randrange(3)] = chance.choice(pieces)
        for file in read_patch(bytes(spoilt)):
            assert turned(turned(file)).path == file.path
            assert {line[0] for hunk in file.hunks for line in hunk.lines} <= set(" +-\\")


def test_cut_patch() -> None:
    """A patch that ends in the middle of a hunk is read as far as it goes."""
    (file,) = read_patch(PATCH[: PATCH.index(b"+3")])
    assert (file.path, file.added, file.removed) == ("app.py", 1, 2)
