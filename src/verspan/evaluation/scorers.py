"""The scorers that an evaluation is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from verspan.errors import InvalidArgumentError
from verspan.scorers.model import Scorer


def checked_scorers(given: Any) -> Sequence[Scorer]:
    """Scorers as they can be asked.

    Raises:
        InvalidArgumentError: one is none, or two have one name.
    """
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise InvalidArgumentError(f"scorers is a list of scorers, and not {type(given).__name__}")
    for each in given:
        if not (hasattr(each, "score") and hasattr(each, "record")):
            raise InvalidArgumentError(f"{each!r} is no scorer: decorate a function with @verspan.scorer")
    twice = [name for name, count in Counter(each.name for each in given).items() if count > 1]
    if twice:
        raise InvalidArgumentError(f"several scorers are named {twice[0]!r}: give each a name of its own")
    return given
