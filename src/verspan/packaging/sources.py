"""The code of a package: which files of the code paths go into it, and where they stand there."""

from __future__ import annotations

import ast
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from verspan.artifacts.paths import check_apart, checked_path
from verspan.errors import InvalidArgumentError
from verspan.packaging.model import CODE_FOLDER

_BYTECODE: Final = (".pyc", ".pyo")
_CACHE: Final = "__pycache__"


@dataclass(frozen=True)
class SourceFile:
    """A file that goes into a package."""

    path: str
    """Where it stands in the package."""
    origin: Path
    size: int
    """In bytes, when it was found."""
    executable: bool


def collect(code_paths: Iterable[str | os.PathLike[str]]) -> list[SourceFile]:
    """The files of code paths, by their path in the package.

    A file stands in the package's code under its name, a folder with all that is below it under its own. Hidden files
    and bytecode are left out: what is hidden is a repository, an environment or a secret.

    Raises:
        InvalidArgumentError: a code path is not there, holds what is no file or a link that leads out of it, or two
            files would be one.
    """
    files = [file for code_path in code_paths for file in _below(Path(os.path.abspath(code_path)))]  # noqa: PTH100 - a link's own name counts
    check_apart(file.path for file in files)
    return sorted(files, key=lambda file: file.path)


def check_entry_point(entry_point: str, files: Sequence[SourceFile]) -> None:
    """Check that the code has the module of an entry point, and the module such a name.

    Raises:
        InvalidArgumentError: it does not; the message says what there is.
    """
    module, _, attribute = entry_point.partition(":")
    stem = CODE_FOLDER + module.replace(".", "/")
    origin = next((file.origin for file in files if file.path in (f"{stem}.py", f"{stem}/__init__.py")), None)
    if origin is None:
        there = sorted({file.path.removeprefix(CODE_FOLDER).partition("/")[0] for file in files})
        raise InvalidArgumentError(
            f"entry_point={entry_point!r}: the code has no module {module!r}. It has {', '.join(there) or 'nothing'};"
            " a code path stands under its own name"
        )
    name = attribute.partition(".")[0]
    if name not in _names(origin):
        raise InvalidArgumentError(f"entry_point={entry_point!r}: {origin} says nothing of {name!r}")


def _below(code_path: Path) -> Iterator[SourceFile]:
    if code_path.is_file():
        yield _source(code_path, code_path.name, code_path.resolve().parent)
        return
    if not code_path.is_dir():
        raise InvalidArgumentError(f"the code path {str(code_path)!r} is not there: give files and folders")
    bundle = code_path.resolve()
    for current, folders, files in os.walk(code_path, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != _CACHE)
        for name in folders:
            if (Path(current) / name).is_symlink():
                raise InvalidArgumentError(f"{str(Path(current) / name)!r} is a link to a folder: put the folder there")
        for name in files:
            if not name.startswith(".") and not name.endswith(_BYTECODE):
                path = Path(current) / name
                yield _source(path, f"{code_path.name}/{path.relative_to(code_path).as_posix()}", bundle)


def _source(path: Path, name: str, bundle: Path) -> SourceFile:
    if not path.resolve().is_relative_to(bundle):
        raise InvalidArgumentError(f"{str(path)!r} is a link out of its code path: put the file itself there")
    try:
        found = path.stat()
    except OSError as error:
        raise InvalidArgumentError(f"{str(path)!r} cannot be packaged: {error.strerror or error}") from error
    if not stat.S_ISREG(found.st_mode):
        raise InvalidArgumentError(f"{str(path)!r} is no regular file: move it out of the code path")
    return SourceFile(checked_path(CODE_FOLDER + name), path, found.st_size, bool(found.st_mode & stat.S_IXUSR))


def _names(origin: Path) -> set[str]:
    """The names that a module has after it ran, as far as can be told without running it."""
    try:
        tree = ast.parse(origin.read_bytes(), str(origin))
    except (SyntaxError, ValueError, OSError) as error:
        raise InvalidArgumentError(f"{origin} cannot be read as Python: {error}") from error
    defined = {node.name for node in ast.walk(tree) if isinstance(node, _DEFINITIONS)}
    assigned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    aliases = [
        alias for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names
    ]
    return defined | assigned | {alias.asname or alias.name.partition(".")[0] for alias in aliases}


_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _refuse(error: OSError) -> None:
    raise InvalidArgumentError(f"{error.filename!r} cannot be read: {error.strerror or error}") from error
