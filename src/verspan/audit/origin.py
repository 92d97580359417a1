"""Who changes a record, and from where."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path

from verspan.audit.interface import current_interface
from verspan.audit.model import Origin
from verspan.semconv import ENV_ACTOR


def current_actor() -> str:
    """Who makes changes here: ``VERSPAN_ACTOR``, else the user that the operating system knows."""
    return os.environ.get(ENV_ACTOR, "").strip() or _user()


def current_origin() -> Origin:
    """Where changes of this process come from."""
    return Origin(
        _host(), Path(sys.argv[0] if sys.argv else "").name, os.getpid(), _working_directory(), current_interface()
    )


@lru_cache(maxsize=1)
def _user() -> str:
    import getpass  # like the next, it takes longer to import than all of this module

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user often has a number and no name
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


@lru_cache(maxsize=1)
def _host() -> str:
    import socket

    return socket.gethostname()


def _working_directory() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:  # it has been deleted
        return None
