"""Chosen environment variables and how the process was started, without what is secret in either."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Final

from verspan.redaction.secrets import Keys
from verspan.versions.capture.model import EntryPoint

CHOSEN: Final = (
    *("PYTHON*", "VERSPAN_*", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "LANG", "LC_ALL", "TZ"),
    *("ENV", "ENVIRONMENT", "*_ENV", "*_ENVIRONMENT", "*_MODEL", "*_MODEL_NAME", "*_MODEL_ID", "*_DEPLOYMENT_NAME"),
    *("*_BASE_URL", "*_API_BASE", "*_ENDPOINT", "*_API_VERSION", "*_REGION", "*_TEMPERATURE", "*_MAX_TOKENS"),
)
"""Variables that are captured where nothing is set: they say which model is asked, where, and how Python runs."""
_KEYS: Final = Keys()


def read_environment(chosen: Sequence[str] = CHOSEN) -> MappingProxyType[str, str]:
    """The variables whose names match a pattern, but for those whose name or value looks secret.

    Args:
        chosen: names, with ``*`` for any characters.
    """
    found = {
        name: value
        for name, value in sorted(os.environ.items())
        if any(fnmatchcase(name, pattern) for pattern in chosen) and _KEYS.field(name, value) == value
    }
    return MappingProxyType(found)


def read_entry_point(root: Path | None) -> EntryPoint:
    """How this process was started.

    Args:
        root: of the repository; None where there is none.
    """
    return EntryPoint(
        program=_program(root),
        arguments=tuple(_without_secrets(sys.argv[1:])),
        working_directory=_working_directory(root),
    )


def _program(root: Path | None) -> str:
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name:
        return f"-m {spec.name.removesuffix('.__main__')}"
    script = getattr(main, "__file__", None)
    if not isinstance(script, str) or not os.path.lexists(script):
        return ""  # an interactive session, or `python -c`
    path = Path(os.path.abspath(script))  # noqa: PTH100 - resolve() would follow the links of a deployment
    if path.parent == Path(sys.executable).parent:
        return path.name  # a command that was installed with a package
    return _relative(path, root) or str(path)


def _working_directory(root: Path | None) -> str | None:
    try:
        return _relative(Path.cwd(), root)
    except OSError:  # it has been deleted
        return None


def _relative(path: Path, root: Path | None) -> str | None:
    return path.relative_to(root).as_posix() if root is not None and path.is_relative_to(root) else None


def _without_secrets(arguments: Sequence[str]) -> Iterator[str]:
    """Arguments with ``[key]`` in place of a secret: by the option that it belongs to, and by how it looks."""
    option = ""
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if argument.startswith("-") and equals:
            yield f"{name}={_KEYS.field(name.lstrip('-'), value)}"
        else:
            yield _KEYS.field(option, argument)
        option = argument.lstrip("-") if argument.startswith("-") and not equals else ""
