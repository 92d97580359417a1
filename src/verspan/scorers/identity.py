"""The version of a scorer: 12 hexadecimal digits of what it is made of."""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from types import CodeType
from typing import Any

_DIGITS = 12


def version_of(made_by: Any, options: Mapping[str, Any] | None = None) -> str:
    """A digest of the source of a function or class, and of its options.

    A function that others are wrapped around counts as itself, a ``functools.partial`` as its function with its
    arguments as options, an object that can be called as its class, and a closure's plain values count too. Where there
    is no source, as at a prompt of Python's before 3.13, the qualified name and the bytecode stand in for it, and the
    version may then differ between versions of Python. What the source only calls does not count.

    Args:
        made_by: the function, the class or the object that can be called.
        options: its options by name; those that have no stable form, such as functions, are left out.
    """
    inner = _innermost(made_by)
    stated = {**_bound(made_by), **_closed_over(inner), **_own_fields(inner), **(options or {})}
    plain = [f"{name}={value!r}" for name, value in sorted(stated.items()) if _is_plain(value)]
    return sha256("\n".join([_source(inner), *plain]).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def _innermost(made_by: Any) -> Any:
    while isinstance(made_by, functools.partial):
        made_by = made_by.func
    return inspect.unwrap(made_by)


def _bound(made_by: Any) -> dict[str, Any]:
    if not isinstance(made_by, functools.partial):
        return {}
    positional = {f"argument {number}": value for number, value in enumerate(made_by.args)}
    return {**positional, **made_by.keywords}


def _closed_over(function: Any) -> Mapping[str, Any]:
    return inspect.getclosurevars(function).nonlocals if inspect.isfunction(function) else {}


def _own_fields(thing: Any) -> Mapping[str, Any]:
    """The state of an object that can be called; a function's and a class's are in the source."""
    return {} if inspect.isroutine(thing) or inspect.isclass(thing) else getattr(thing, "__dict__", {})


def _source(thing: Any) -> str:
    of = thing if inspect.isroutine(thing) or inspect.isclass(thing) else type(thing)
    try:
        return textwrap.dedent(inspect.getsource(of))
    except (OSError, TypeError):
        return "\n".join([of.__qualname__, *map(str, _bytecode(of))])


def _bytecode(thing: Any) -> Iterator[bytes | str]:
    """The instructions of a function, or of each of a class's, and the constants and names that they use."""
    functions: list[Callable[..., Any]] = [value for value in vars(thing).values() if inspect.isfunction(value)]
    pending = [function.__code__ for function in ([thing] if inspect.isfunction(thing) else functions)]
    while pending:
        code = pending.pop()
        yield code.co_code
        yield repr(code.co_names)
        yield repr([constant for constant in code.co_consts if _is_plain(constant)])
        pending += [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _is_plain(value: Any) -> bool:
    """Whether the ``repr`` of a value is the same in each process."""
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(_is_plain(one) for item in value.items() for one in item)
    return value is None or isinstance(value, (bool, int, float, complex, str, bytes))
