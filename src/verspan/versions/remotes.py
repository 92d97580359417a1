"""Addresses of git remotes without what is secret in them.

A remote's address often holds a token: CI writes ``https://oauth2:TOKEN@host/app.git``, presigned addresses have it in
their query. What is left after :func:`without_credentials` still tells where the code is.
"""

from __future__ import annotations

import re
from typing import Final

REMOTES: Final = ("config", "-z", "--get-regexp", r"^(remote\..*\.url|branch\..*\.remote)$")
"""The question to git that :func:`remote_url` wants answered."""
_HELPER: Final = re.compile(r"(?P<helper>[a-zA-Z0-9][a-zA-Z0-9+.-]*)::(?P<address>.*)", re.DOTALL)
_URL: Final = re.compile(r"(?P<scheme>[a-zA-Z0-9+.-]+)://(?P<rest>[^?#]*)", re.DOTALL)
_HOST_AND_PORT: Final = re.compile(r"(\[[^\]]*\]|[^:]*)(:\d*)?")
_PATH: Final = re.compile(r"[/.~]|[a-zA-Z]:[\\/]")
_GENERAL_USER: Final = "git"  # the login name of every code host over SSH; it tells nothing about anybody


def remote_url(answer: str, branch: str | None, name: str | None = None) -> str | None:
    """The address of a remote, without credentials; None where there is none.

    It is the remote of a name, else that of a branch, else ``origin``, else the first.

    Args:
        answer: what git answers to :data:`REMOTES`.
        branch: the branch's name; None where HEAD is detached.
        name: the remote that is preferred.
    """
    settings: dict[str, str] = {}
    for entry in answer.split("\0"):
        key, _, value = entry.partition("\n")
        settings.setdefault(key, value)
    remotes = (name, settings.get(f"branch.{branch}.remote"), "origin")
    urls = [settings[key] for name in remotes if (key := f"remote.{name}.url") in settings]
    urls += [value for key, value in settings.items() if key.startswith("remote.")]
    return without_credentials(urls[0]) if urls else None


def without_credentials(address: str) -> str:
    """The address of a remote without user, password, query and fragment.

    Args:
        address: any form that git takes: a URL, ``user@host:path``, a path, ``helper::address``.

    Returns:
        The address; the login name ``git`` stays, since it is part of how people write ``git@host:path``.
    """
    helper = _HELPER.fullmatch(address)
    if helper:
        return _without_helper_credentials(helper["helper"], helper["address"])
    url = _URL.match(address)
    if url:
        return f"{url['scheme']}://{_without_user(url['rest'])}"
    return address if _PATH.match(address) else _without_login(address)


def _without_helper_credentials(helper: str, address: str) -> str:
    # `ext::` is followed by a command line, which may hold a secret anywhere.
    return "ext::" if helper == "ext" else f"{helper}::{without_credentials(address)}"


def _without_user(rest: str) -> str:
    authority, slash, path = rest.partition("/")
    if _HOST_AND_PORT.fullmatch(authority.rpartition("@")[2]) is None:
        # A password with a slash or question mark in it, which is no valid URL: what seems the host is its beginning.
        return rest.rpartition("@")[2] if "@" in rest else ""
    user, _, host = authority.rpartition("@")
    return (f"{user}@" if user == _GENERAL_USER else "") + host + slash + path


def _without_login(address: str) -> str:
    login, at, rest = address.partition("@")
    if not at or login == _GENERAL_USER or _is_path(login, rest):
        return address
    return rest.rpartition("@")[2] if ":" in login else rest


def _is_path(before_at: str, after_at: str) -> bool:
    """Whether an ``@`` is within a path: ``folder/app@2``, or after the host as in ``host:app@2``."""
    return ":" not in after_at if ":" in before_at else "/" in before_at
