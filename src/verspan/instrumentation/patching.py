"""Putting a wrapper around a method of a class, when its module is imported, and taking it away again.

wrapt's functions are called with positional arguments only: it renamed a keyword between 1 and 2.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import wrapt

from verspan.instrumentation.guard import report

Wrapper = Callable[[Callable[..., Any], Any, "tuple[Any, ...]", "dict[str, Any]"], Any]


@dataclass
class Patch:
    """A wrapper around ``module.owner.method``, put there now or when the module is imported.

    Without an owner it is a function of the module.

    Nothing is imported for it: an application that never uses the client never pays for it.
    """

    module: str
    owner: str
    method: str
    wrapper: Wrapper
    optional: bool = False
    """Whether a version of the client without the method is nothing to speak of."""
    _wanted: bool = field(default=False, init=False)

    def apply(self) -> None:
        """Put the wrapper in place, or have it put there on import."""
        self._wanted = True
        if self.module in sys.modules:
            self._wrap(sys.modules[self.module])
        else:
            wrapt.register_post_import_hook(self._wrap, self.module)

    def remove(self) -> None:
        """Put the original back; where somebody else has wrapped ours since, only the wrapper's own switch is left."""
        self._wanted = False
        module = sys.modules.get(self.module)
        owner = getattr(module, self.owner, None) if self.owner else module
        if owner is None:
            return
        current = owner.__dict__.get(self.method)
        if isinstance(current, wrapt.FunctionWrapper) and current._self_wrapper is self.wrapper:  # noqa: SLF001 - wrapt's documented attribute
            setattr(owner, self.method, current.__wrapped__)

    def _wrap(self, module: Any) -> None:
        if not self._wanted:
            return
        try:
            owner = getattr(module, self.owner) if self.owner else module
            original = vars(owner)[self.method]
            setattr(owner, self.method, wrapt.FunctionWrapper(original, self.wrapper))
        except (AttributeError, KeyError) as error:
            if self.optional:
                return
            report(error, f"instrumenting {self.module}.{self.owner}.{self.method}, which this version does not have,")
