"""Random histories of real git repositories, with everything in them that a tree can have."""

from __future__ import annotations

import os
import random
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

IGNORED = b".ignored"
"""Files that end so are ignored by git, and so no part of any state."""
_NAMES = (b"app.py", b"a b.txt", b"caf\xe9.txt", "naïve.md".encode(), b"-dash", b"quote'\"", b"line\nfeed", b"data.bin")
_FOLDERS = (b"", b"src/", b"src/deep/er/", "ordner ü/".encode(), b"odd\xff/")
_LFS_FILTER = """#!/bin/sh
# Does what Git LFS does, as far as a tree shows it.
objects=$(git rev-parse --git-common-dir)/lfs/objects
if [ "$1" = clean ]; then
    cat > "$objects.new$$"
    digest=$(sha256sum < "$objects.new$$" | cut -d ' ' -f 1)
    size=$(wc -c < "$objects.new$$" | tr -d ' ')
    folder="$objects/$(echo "$digest" | cut -c 1-2)/$(echo "$digest" | cut -c 3-4)"
    mkdir -p "$folder" && mv "$objects.new$$" "$folder/$digest"
    printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize %s\\n' "$digest" "$size"
else
    digest=$(sed -n 's/^oid sha256://p')
    cat "$objects/$(echo "$digest" | cut -c 1-2)/$(echo "$digest" | cut -c 3-4)/$digest"
fi
"""
Snapshot = dict[bytes, tuple[str, bytes]]


def snapshot(root: Path) -> Snapshot:
    """Kind, executable or not, and bytes of every file in a folder but git's, Verspan's and what git ignores."""
    found: Snapshot = {}
    top = os.fsencode(root)
    for folder, folders, files in os.walk(top):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        folders[:] = [name for name in folders if name not in (b".git", b".verspan", *links)]
        for name in (*files, *links):
            place = os.path.join(folder, name)
            if name == b".git" or name.endswith(IGNORED):
                continue
            mode = os.lstat(place).st_mode
            if stat.S_ISLNK(mode):
                found[os.path.relpath(place, top)] = ("link", os.readlink(place))
            else:
                kind = "executable" if mode & 0o100 else "file"
                found[os.path.relpath(place, top)] = (kind, Path(os.fsdecode(place)).read_bytes())
    return found


class History:
    """A repository that random things happen to."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self._random = random.Random(seed)
        self._steps: tuple[Callable[[], object], ...] = (
            *(self.write, self.write, self.write, self.write_lines, self.remove, self.link, self.change_mode),
            *(self.rename, self.swap_kind, self.stage, self.stage, self.commit, self.branch, self.convert),
            *(self.assume, self.enter_submodule, self.ignore, self.store_large, self.write_pointer),
        )
        self._begin(root)
        if self._random.random() < 0.5:
            self._add_submodule()
        self._settings()

    def step(self) -> None:
        """Let something happen."""
        self._random.choice(self._steps)()

    def git(self, *arguments: str | bytes, folder: Path | None = None, fails: bool = False) -> None:
        """Run git; where `fails` it may."""
        place = folder or self.root
        ended = subprocess.run(["git", *arguments], cwd=place, capture_output=True, check=False)
        assert fails or ended.returncode == 0, (arguments, ended.stderr)

    # -- what happens --------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Write a file, a binary one now and then."""
        self._put(self._place(), self._random.randbytes(self._random.choice((0, 3, 40, 5000))))

    def write_lines(self) -> None:
        """Write a text with line ends of either kind, or of both."""
        ends = self._random.choice(((b"\n",), (b"\r\n",), (b"\n", b"\r\n")))
        lines = [b"line %d" % self._random.randrange(9) + self._random.choice(ends) for _ in range(5)]
        self._put(self._place(), b"".join(lines))

    def remove(self) -> None:
        """Delete a file."""
        for place in self._some_files():
            os.remove(place)

    def rename(self) -> None:
        """Move a file, with git's knowledge or without."""
        for place in self._some_files():
            other = self._place()
            self._clear(other)
            os.makedirs(os.path.dirname(other), exist_ok=True)
            if os.path.lexists(place):
                os.rename(place, other)

    def link(self) -> None:
        """Make a symbolic link, to a file, a folder, nothing or outside."""
        place = self._place()
        self._clear(place)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.symlink(self._random.choice((b"app.py", b"src", b"nowhere", b"../..", b"caf\xe9.txt")), place)

    def swap_kind(self) -> None:
        """Put a folder where a file is, or a file where a folder is."""
        place = self._place()
        if os.path.isdir(place) and not os.path.islink(place):
            shutil.rmtree(place)
            self._put(place, b"was a folder")
        else:
            self._clear(place)
            self._put(os.path.join(place, b"inner.txt"), b"was a file")

    def change_mode(self) -> None:
        """Make a file executable, or no longer."""
        for place in self._some_files():
            if not os.path.islink(place):
                os.chmod(place, self._random.choice((0o644, 0o755)))

    def stage(self) -> None:
        """Put everything into the index, or some of it; or take something out of it."""
        what = self._random.choice((("add", "-A"), ("add", "src"), ("reset", "-q"), ("rm", "-q", "--cached", "app.py")))
        self.git(*what, fails=True)

    def commit(self) -> None:
        """Commit what is in the index, or everything."""
        if self._random.random() < 0.5:
            self.git("add", "-A", fails=True)
        self.git("commit", "-q", "--allow-empty", "-m", "Go on")

    def branch(self) -> None:
        """Go to another branch, or stand on none."""
        name = f"b{self._random.randrange(3)}"
        self.git(*self._random.choice((("switch", "-q", "-C", name), ("checkout", "-q", "--detach"))), fails=True)

    def convert(self) -> None:
        """Change which files git converts, and write them anew where that works."""
        rules = (b"* text=auto\n", b"*.txt eol=crlf\n", b"*.py text eol=crlf\n", b"*.md ident\n", b"*.bin -text\n", b"")
        self._put(os.fsencode(self.root) + b"/.gitattributes", b"*.large filter=lfs -text\n" + self._random.choice(rules))
        if self._random.random() < 0.5:
            self.git("checkout", "-q", "-f", "HEAD", "--", ".", fails=True)

    def assume(self) -> None:
        """Tell git not to look at a file, and change it."""
        for place in self._some_files():
            relative = os.path.relpath(place, os.fsencode(self.root))
            self.git("update-index", self._random.choice(("--assume-unchanged", "--skip-worktree")), relative, fails=True)
            if not os.path.islink(place):
                self._put(place, b"unseen")

    def ignore(self) -> None:
        """Write a file that git ignores."""
        self._put(self._place() + IGNORED, b"no part of it")

    def store_large(self) -> None:
        """Write a file that Git LFS keeps."""
        self._put(os.fsencode(self.root) + b"/weights.large", self._random.randbytes(3000))
        if self._random.random() < 0.7:
            self.git("add", "weights.large", ".gitattributes", fails=True)

    def write_pointer(self) -> None:
        """Put a pointer of Git LFS where its file is, as a checkout without Git LFS has it."""
        digest = "%064x" % self._random.getrandbits(256)
        text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 12\n"
        self._put(os.fsencode(self.root) + b"/pointer.bin", text.encode())

    def enter_submodule(self) -> None:
        """Let something happen in the submodule."""
        inner = self.root / "inner"
        if (inner / ".git").exists():
            self._put(os.fsencode(inner) + b"/" + self._random.choice(_NAMES), self._random.randbytes(20))
            if self._random.random() < 0.5:
                self.git("add", "-A", folder=inner)
                self.git("commit", "-q", "-m", "Inside", folder=inner)

    # -- how -----------------------------------------------------------------------------------------------------------

    def _begin(self, folder: Path) -> None:
        folder.mkdir()
        self.git("init", "-q", "-b", "main", folder=folder)
        self._put(os.fsencode(folder) + b"/.gitignore", b"*" + IGNORED + b"\n")

    def _add_submodule(self) -> None:
        other = self.root.parent / "library"
        self._begin(other)
        self._put(os.fsencode(other) + b"/lib.py", b"LIB = 1\n")
        self.git("add", "-A", folder=other)
        self.git("commit", "-q", "-m", "Begin", folder=other)
        self.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "inner")

    def _settings(self) -> None:
        script = self.root / ".git" / "lfs.sh"
        script.write_text(_LFS_FILTER)
        script.chmod(0o755)
        (self.root / ".git" / "lfs").mkdir()
        self.git("config", "filter.lfs.clean", f"'{script}' clean")
        self.git("config", "filter.lfs.smudge", f"'{script}' smudge")
        self.git("config", "core.autocrlf", self._random.choice(("false", "false", "true", "input")))

    def _place(self) -> bytes:
        return os.path.join(
            os.fsencode(self.root), self._random.choice(_FOLDERS) + self._random.choice(_NAMES)
        )

    def _some_files(self) -> list[bytes]:
        top = os.fsencode(self.root)
        found = sorted(path for path in snapshot(self.root) if not path.startswith((b"inner", b".git")))
        return [os.path.join(top, path) for path in self._random.sample(found, min(2, len(found)))]

    def _put(self, place: bytes, content: bytes) -> None:
        self._clear(place)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        Path(os.fsdecode(place)).write_bytes(content)

    def _clear(self, place: bytes) -> None:
        """Have nothing at a place, and no file or link on the way to it."""
        top = os.fsencode(self.root.parent)
        for end in range(len(top) + 1, len(place) + 1):
            part = place[:end]
            if place[end : end + 1] in (b"", b"/") and (os.path.islink(part) or os.path.isfile(part)):
                os.remove(part)
        if os.path.isdir(place):
            shutil.rmtree(place)
