"""The methods of a generated client that make requests: found in its modules, so that a new one is not missed.

Each such method builds a request, has it sent, and turns the response into the client's own objects or an exception.
There is nothing below it that sees both, so every one of them is wrapped, when its module is imported and not before.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType, ModuleType

import wrapt

from verspan.instrumentation.guard import report
from verspan.instrumentation.patching import Patch
from verspan.instrumentation.wrapper import CallWrapper


def sends_by(*senders: str) -> Callable[[CodeType], bool]:
    """Whether a method sends a request: by one of these names, which its code mentions."""
    known = frozenset(senders)
    return lambda code: not known.isdisjoint(code.co_names)


@dataclass(frozen=True)
class Endpoint:
    """A method that makes a request."""

    resource: str
    """The name of its class, the same for the synchronous and the asynchronous one."""
    method: str
    """Its name, likewise."""
    parameters: tuple[str, ...] = ()
    """Of those that may be given by position, the names."""


class EndpointPatches:
    """A wrapper around every method of some packages that makes a request."""

    def __init__(
        self,
        packages: Sequence[str],
        wrapper_for: Callable[[Endpoint], CallWrapper],
        sends: Callable[[CodeType], bool],
        *,
        nested: bool = False,
    ) -> None:
        """Wrap nothing yet.

        Args:
            packages: those that hold modules of resources; one that is never imported is never looked at.
            wrapper_for: what is put around an endpoint's method.
            sends: whether a method sends a request, from its code.
            nested: whether packages within these hold such modules too.
        """
        self._packages = packages
        self._sends = sends
        self._nested = nested
        self._wrapper_for = wrapper_for
        self._wanted = False
        self._patches: list[tuple[Patch, CallWrapper]] = []

    def apply(self) -> None:
        """Put the wrappers in place, or have them put there on import."""
        self._wanted = True
        for package in self._packages:
            wrapt.register_post_import_hook(self._package_imported, package)

    def remove(self) -> None:
        """Put the originals back."""
        self._wanted = False
        for patch, wrapper in self._patches:
            wrapper.switch_off()
            patch.remove()
        self._patches.clear()

    def _package_imported(self, package: ModuleType) -> None:
        # What it imports itself is whole by now, and what it will import later is not begun.
        if not self._wanted:
            return
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            wrapt.register_post_import_hook(self._module_imported, found.name)
            if found.ispkg and self._nested:
                wrapt.register_post_import_hook(self._package_imported, found.name)

    def _module_imported(self, module: ModuleType) -> None:
        if not self._wanted:
            return
        try:
            for owner, name, endpoint in _endpoints_of(module, self._sends):
                wrapper = self._wrapper_for(endpoint)
                patch = Patch(module.__name__, owner, name, wrapper)
                self._patches.append((patch, wrapper))
                patch.apply()
        except Exception as error:  # noqa: BLE001 - the application imports its client in any case
            report(error, f"instrumenting {module.__name__}")


def _endpoints_of(module: ModuleType, sends: Callable[[CodeType], bool]) -> Iterator[tuple[str, str, Endpoint]]:
    """Class, method and endpoint of each method of a module's own classes that makes a request."""
    for owner in [found for found in vars(module).values() if isinstance(found, type)]:
        if owner.__module__ != module.__name__:
            continue
        for name, method in list(vars(owner).items()):
            code = getattr(inspect.unwrap(method), "__code__", None) if callable(method) else None
            if not name.startswith("_") and isinstance(code, CodeType) and sends(code):
                yield owner.__name__, name, _endpoint(owner.__name__, name, code)


def _endpoint(owner: str, name: str, code: CodeType) -> Endpoint:
    parameters = code.co_varnames[1 : code.co_argcount]
    return Endpoint(owner.removeprefix("Async"), name.removesuffix("_async"), parameters)
