"""Methods that every class of a family has its own of: tools, agents, engines and models override them.

LlamaIndex finds such methods when a class is made, to wrap them for its own events; classes that are made later are
found in the same place.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import wrapt

from verspan.instrumentation.patching import Patch, Wrapper


@dataclass(frozen=True)
class Family:
    """Classes with a common base, and the methods that each may have its own of."""

    module: str
    base: str
    methods: Sequence[str]
    wrapper: Wrapper

    def of(self, kind: type) -> bool:
        """Whether a class belongs to it."""
        base = self._loaded()
        return base is not None and issubclass(kind, base)

    def members(self) -> Iterator[type]:
        """The classes that are there already."""
        base = self._loaded()
        return _subclasses(base) if base is not None else iter(())

    def _loaded(self) -> type | None:
        return getattr(sys.modules.get(self.module), self.base, None)


class FamilyPatches:
    """Wrappers around the methods of families, of classes that are there and of those that come."""

    def __init__(self, families: Sequence[Family]) -> None:
        self._families = families
        self._hook = Patch("llama_index_instrumentation", "DispatcherSpanMixin", "__init_subclass__", self._made)
        self._active = False

    def apply(self) -> Callable[[], None]:
        """Put them in place; returns what takes them away."""
        self._active = True
        self._hook.apply()
        for family in self._families:
            for kind in family.members():
                _wrap(kind, family)
        return self._remove

    def _remove(self) -> None:
        self._active = False
        self._hook.remove()
        for family in self._families:
            for kind in family.members():
                _unwrap(kind, family)

    def _made(self, wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Wrap the methods of a class that has just been made, after LlamaIndex has."""
        made = wrapped(*args, **kwargs)
        for family in self._families:
            if self._active and family.of(instance):
                _wrap(instance, family)
        return made


def _subclasses(base: type[Any]) -> Iterator[type[Any]]:
    yield base
    for kind in base.__subclasses__():
        yield from _subclasses(kind)


def _wrap(kind: type, family: Family) -> None:
    for name in family.methods:
        method = kind.__dict__.get(name)
        abstract = getattr(method, "__isabstractmethod__", False)
        if method is not None and not abstract and not _is_wrapped(method, family):
            setattr(kind, name, wrapt.FunctionWrapper(method, family.wrapper))


def _unwrap(kind: type, family: Family) -> None:
    for name in family.methods:
        method = kind.__dict__.get(name)
        if _is_wrapped(method, family):
            setattr(kind, name, method.__wrapped__)  # type: ignore[union-attr]  # it is wrapt's


def _is_wrapped(method: Any, family: Family) -> bool:
    return isinstance(method, wrapt.FunctionWrapper) and method._self_wrapper is family.wrapper  # noqa: SLF001 - wrapt's documented attribute
