"""Which packages may run: those whose hash the user has agreed to, once in the record or for this very call."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Final

from verspan.errors import InvalidArgumentError, VerspanError
from verspan.packaging.places import config_folder

_RECORD: Final = "trusted-packages"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PREFIX: Final = "sha256:"


def check_agreed(digest: str, trust: str | bool, what: str) -> None:  # noqa: FBT001 - the argument of load_model
    """Check that a package may run.

    Args:
        digest: its hash.
        trust: the hash that the caller agrees to; True for whatever it is; False to ask the user's record.
        what: the package, as a message calls it.

    Raises:
        VerspanError: nobody has agreed to it; the message says how to.
        InvalidArgumentError: the caller agrees to another hash.
    """
    if isinstance(trust, str):
        if checked_digest(trust) != digest:
            raise InvalidArgumentError(
                f"{what} has the hash {digest}, and trust={trust!r} is another's: it is not what you agreed to"
            )
    elif not trust and not is_trusted(digest):
        raise VerspanError(
            f"{what} may not run yet, since nobody has agreed to its hash. Look at it with `verspan package show`, then"
            f" agree with `verspan package trust {digest}`, or in code with trust={digest!r}"
        )


def checked_digest(text: str) -> str:
    """The hash of a package as it is used.

    Raises:
        InvalidArgumentError: it is not 64 hexadecimal digits; a beginning of them is not enough to agree to.
    """
    digest = text.strip().lower().removeprefix(_PREFIX)
    if not _DIGEST.fullmatch(digest):
        raise InvalidArgumentError(f"{text[:80]!r} is no hash of a package, which has 64 hexadecimal digits")
    return digest


def is_trusted(digest: str) -> bool:
    """Whether the user's record has a hash."""
    return digest in trusted()


def trusted() -> list[str]:
    """The hashes that the user has agreed to, the earliest first.

    Raises:
        VerspanError: the record cannot be read.
    """
    path = record_path()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise VerspanError(f"the record of agreed packages {path} cannot be read: {error}") from error
    agreed: dict[str, None] = {}
    for line in lines:
        words = line.split()
        if len(words) > 1 and _DIGEST.fullmatch(words[0]):
            agreed.pop(words[0], None)
            if words[1] == _AGREED:
                agreed[words[0]] = None
    return list(agreed)


def agree(digest: str) -> None:
    """Agree to a hash, from now on and for every program of this user.

    Raises:
        VerspanError: the record cannot be written.
    """
    _append(digest, _AGREED)


def withdraw(digest: str) -> None:
    """No longer agree to a hash.

    Raises:
        VerspanError: the record cannot be written.
    """
    _append(digest, _WITHDRAWN)


def record_path() -> Path:
    """Where the record is: a line for each decision, the last one of a hash counts."""
    return config_folder() / _RECORD


_AGREED: Final = "agreed"
_WITHDRAWN: Final = "withdrawn"


def _append(digest: str, decision: str) -> None:
    path = record_path()
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as record:  # one write of one line, whoever else writes
            record.write(f"{digest} {decision} {moment}\n")
    except OSError as error:
        raise VerspanError(f"the record of agreed packages {path} cannot be written: {error}") from error
