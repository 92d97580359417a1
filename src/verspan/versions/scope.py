"""Where a version is active: a block of code, and the steps of a generator.

None of this holds a token of OpenTelemetry's context. A token must be given back in the context where it was taken, and
a coroutine that is dropped, or a dependency that a framework closes in another task, is left somewhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry.context import Context, attach, create_key, get_current, get_value, set_value

from verspan.context import ActiveVersion, with_active_version

_ENTRY: Final = create_key("verspan.scope_entry")
_BODY: Final = create_key("verspan.generator_body")


class VersionScope:
    """Makes a version active from enter to leave; may be entered again within, and by many tasks and threads."""

    def __init__(self) -> None:
        self._outside: dict[object, Context] = {}

    def enter(self, version: ActiveVersion) -> None:
        """Make a version active in the current context."""
        entry = object()
        self._outside[entry] = get_current()
        attach(set_value(_ENTRY, entry, with_active_version(version)))

    def leave(self) -> None:
        """Make current again what was so at the enter that belongs to this context, if one does."""
        outside = self._outside.pop(get_value(_ENTRY), None)
        if outside is not None:
            attach(outside)


class GeneratorScope:
    """Makes a version active in the body of one generator, and never in its consumer."""

    def __init__(self, version: ActiveVersion) -> None:
        self._version = version
        self._left: Context | None = None
        """What the body has made current and not yet undone, such as a span that is open over a ``yield``."""

    @contextmanager
    def step(self) -> Iterator[None]:
        """Around each step of the body."""
        outside = get_current()
        inside = self._left or set_value(_BODY, self, with_active_version(self._version))
        attach(inside)
        try:
            yield
        finally:
            left = get_current()
            if left.get(_BODY) is self:  # else the step is dropped in another context, which never was the body's
                self._left = left if left is not inside else self._left
                attach(outside)
