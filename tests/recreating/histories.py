"""Random histories of real git repositories, with everything in them that a tree can have."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

IGNORED = ".ignored"
"""Files that end so are ignored by git, and so no part of any state."""
_NAMES = ("app.py", "a b.txt", os.fsdecode(b"caf\xe9.txt"), "naïve.md", "-dash", "quote'\"", "line\nfeed", "data.bin")
_FOLDERS = (".", "src", "src/deep/er", "ordner ü", os.fsdecode(b"odd\xff"))
_TARGETS = ("app.py", "src", "nowhere", "../..", os.fsdecode(b"caf\xe9.txt"))
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
Snapshot = dict[str, tuple[str, bytes]]


def snapshot(root: Path) -> Snapshot:
    """Kind, executable or not, and bytes of every file in a folder but git's, Verspan's and what git ignores."""
    return {str(place.relative_to(root)): _kept(place) for place in _files(root)}


def _files(folder: Path) -> Iterator[Path]:
    for place in folder.iterdir():
        if place.is_dir() and not place.is_symlink():
            if place.name not in (".git", ".verspan"):
                yield from _files(place)
        elif place.name != ".git" and not place.name.endswith(IGNORED):
            yield place


def _kept(place: Path) -> tuple[str, bytes]:
    if place.is_symlink():
        return "link", os.fsencode(place.readlink())
    return "executable" if place.stat().st_mode & 0o100 else "file", place.read_bytes()


class History:
    """A repository that random things happen to."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self._random = random.Random(seed)  # noqa: S311 - the same history for the same seed
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

    def git(self, *arguments: str, folder: Path | None = None, fails: bool = False) -> None:
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
            place.unlink()

    def rename(self) -> None:
        """Move a file, with git's knowledge or without."""
        for place in self._some_files():
            other = self._place()
            self._clear(other)
            if os.path.lexists(place):
                place.rename(other)

    def link(self) -> None:
        """Make a symbolic link, to a file, a folder, nothing or outside."""
        place = self._place()
        self._clear(place)
        place.symlink_to(self._random.choice(_TARGETS))

    def swap_kind(self) -> None:
        """Put a folder where a file is, or a file where a folder is."""
        place = self._place()
        if place.is_dir() and not place.is_symlink():
            self._put(place, b"was a folder")
        else:
            self._clear(place)
            self._put(place / "inner.txt", b"was a file")

    def change_mode(self) -> None:
        """Make a file executable, or no longer."""
        for place in self._some_files():
            if not place.is_symlink():
                place.chmod(self._random.choice((0o644, 0o755)))

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
        lines = b"*.large filter=lfs -text\n" + self._random.choice(rules)
        self._put(self.root / ".gitattributes", lines)
        if self._random.random() < 0.5:
            self.git("checkout", "-q", "-f", "HEAD", "--", ".", fails=True)

    def assume(self) -> None:
        """Tell git not to look at a file, and change it."""
        for place in self._some_files():
            how = self._random.choice(("--assume-unchanged", "--skip-worktree"))
            self.git("update-index", how, str(place.relative_to(self.root)), fails=True)
            if not place.is_symlink():
                self._put(place, b"unseen")

    def ignore(self) -> None:
        """Write a file that git ignores."""
        place = self._place()
        self._put(place.with_name(place.name + IGNORED), b"no part of it")

    def store_large(self) -> None:
        """Write a file that Git LFS keeps."""
        self._put(self.root / "weights.large", self._random.randbytes(3000))
        if self._random.random() < 0.7:
            self.git("add", "weights.large", ".gitattributes", fails=True)

    def write_pointer(self) -> None:
        """Put a pointer of Git LFS where its file is, as a checkout without Git LFS has it."""
        digest = f"{self._random.getrandbits(256):064x}"
        text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 12\n"
        self._put(self.root / "pointer.bin", text.encode())

    def enter_submodule(self) -> None:
        """Let something happen in the submodule."""
        inner = self.root / "inner"
        if (inner / ".git").exists():
            self._put(inner / self._random.choice(_NAMES), self._random.randbytes(20))
            if self._random.random() < 0.5:
                self.git("add", "-A", folder=inner)
                self.git("commit", "-q", "-m", "Inside", folder=inner)

    # -- how -----------------------------------------------------------------------------------------------------------

    def _begin(self, folder: Path) -> None:
        folder.mkdir()
        self.git("init", "-q", "-b", "main", folder=folder)
        self._put(folder / ".gitignore", f"*{IGNORED}\n".encode())

    def _add_submodule(self) -> None:
        other = self.root.parent / "library"
        self._begin(other)
        self._put(other / "lib.py", b"LIB = 1\n")
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

    def _place(self) -> Path:
        return self.root / self._random.choice(_FOLDERS) / self._random.choice(_NAMES)

    def _some_files(self) -> list[Path]:
        found = sorted(path for path in snapshot(self.root) if not path.startswith(("inner", ".git")))
        return [self.root / path for path in self._random.sample(found, min(2, len(found)))]

    def _put(self, place: Path, content: bytes) -> None:
        self._clear(place)
        place.write_bytes(content)

    def _clear(self, place: Path) -> None:
        """Have nothing at a place, and folders and nothing else on the way to it."""
        for part in (place, *place.parents):
            if part.is_symlink() or part.is_file():
                part.unlink()
        if place.is_dir():
            shutil.rmtree(place)
        place.parent.mkdir(parents=True, exist_ok=True)
