"""Modules of a package under names of their own, so that two versions of one module are in one process side by side.

A module ``app.agent`` of a package is ``verspan_packages.p<hash>.app.agent`` here. Its ``import app.tools`` means that
of its own package: each module of a package has builtins of its own, whose ``__import__`` looks among the package's
modules first. So it is too for imports inside functions, whenever and in whatever thread they run.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
)
from pathlib import Path
from types import ModuleType
from typing import Any, Final

_ROOT: Final = "verspan_packages"


def import_from(folder: Path, key: str, module: str) -> ModuleType:
    """Import a module of a package.

    Args:
        folder: where the package's code is.
        key: what tells the package from others, of letters and digits.
        module: the name that the module has in the package.

    Raises:
        Exception: whatever the module raises.
    """
    name = f"{_ROOT}.p{key}"
    if name not in sys.modules:
        _begin(name, folder)
    return importlib.import_module(f"{name}.{module}")


class PackageImporter:
    """The ``__import__`` of a package's modules: among the package's own first."""

    def __init__(self, prefix: str, folder: Path) -> None:
        self._prefix = prefix
        self._own = {path.name.partition(".")[0] for path in folder.iterdir()}

    def __call__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the names that Python gives them
        locals: Mapping[str, Any] | None = None,  # noqa: A002 - likewise
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Import a module as the import statement does."""
        top = name.partition(".")[0]
        if level or top not in self._own:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        if fromlist:
            return builtins.__import__(f"{self._prefix}.{name}", globals, locals, fromlist, 0)
        importlib.import_module(f"{self._prefix}.{name}")
        return sys.modules[f"{self._prefix}.{top}"]


class _Loader(SourceFileLoader):
    """Runs a module with the builtins of its package."""

    def exec_module(self, module: ModuleType) -> None:
        prefix = ".".join(module.__name__.split(".")[:2])
        vars(module)["__builtins__"] = sys.modules[prefix].__builtins_of_package__
        super().exec_module(module)


class _Finder:
    """Finds modules of packages, and of nothing else."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """The module's specification, None where it is no package's or not there."""
        if not name.startswith(f"{_ROOT}.") or path is None:
            return None
        loaders = ((ExtensionFileLoader, EXTENSION_SUFFIXES), (_Loader, SOURCE_SUFFIXES))
        specs = (FileFinder(folder, *loaders).find_spec(name) for folder in path)
        return next((spec for spec in specs if spec is not None), None)


def _begin(name: str, folder: Path) -> None:
    """Put an empty package there whose modules are those of a folder."""
    if _ROOT not in sys.modules:
        sys.modules[_ROOT] = _empty(_ROOT, [])
        sys.meta_path.insert(0, _Finder)
    module = _empty(name, [str(folder)])
    importer = PackageImporter(name, folder)
    vars(module)["__builtins_of_package__"] = {**vars(builtins), "__import__": importer}
    sys.modules[name] = module


def _empty(name: str, path: list[str]) -> ModuleType:
    module = ModuleType(name)
    module.__path__ = path
    return module
