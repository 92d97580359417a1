"""What a decorated function is called, and what a call of it was given."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

_RECEIVERS = ("self", "cls")
_LOCALS = "<locals>"


def named_function(function: Callable[..., Any]) -> Any:
    """What carries the name: the function in a partial one, the class of an object that is called."""
    while isinstance(function, functools.partial):
        function = function.func
    return function if hasattr(function, "__qualname__") else type(function)


def full_name(function: Callable[..., Any]) -> str:
    """Module and qualified name, as the conventions' ``code.function.name`` has it."""
    named = named_function(function)
    return f"{named.__module__}.{named.__qualname__}"


class Arguments:
    """The parameters of one function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._signature = _signature(function)
        self._receiver = _receiver(function, self._signature)

    def of_call(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by their names, defaults included, without the object that a method belongs to."""
        if self._signature is None:
            return _unnamed(args, kwargs)
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError:  # the call itself will say so, in its own words
            return _unnamed(args, kwargs)
        bound.apply_defaults()
        if self._receiver is not None:
            del bound.arguments[self._receiver]
        return bound.arguments


def _unnamed(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {"args": args, "kwargs": kwargs}


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C have none
        return None


def _receiver(function: Callable[..., Any], signature: inspect.Signature | None) -> str | None:
    """The parameter of a method that its object is passed by: the first of a function that is defined in a class."""
    outer = getattr(function, "__qualname__", "").rpartition(".")[0]
    first = next(iter(signature.parameters), None) if signature is not None else None
    return first if outer and not outer.endswith(_LOCALS) and first in _RECEIVERS else None
