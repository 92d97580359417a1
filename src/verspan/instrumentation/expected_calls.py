"""Model calls that a framework makes, and whether the instrumentor of a client has given them a span.

A framework's model is asked through a client of the provider's, or through HTTP of its own, and only the call itself
shows which. So the framework's instrumentor expects a call, and where no client's span has begun by its end, gives the
span itself.
"""

from __future__ import annotations

from collections.abc import Collection

from opentelemetry.context import Context, create_key, get_value, set_value

_KEY = create_key("verspan.expected_call")
INFERENCE = frozenset(("chat", "generate_content", "text_completion"))
"""What instrumentors of clients call a question to a model that talks."""


class ExpectedCall:
    """A model call that is about to be made inside :attr:`context`."""

    __slots__ = ("_operations", "_outer", "context", "model", "seen")

    def __init__(self, model: object, parent: Context, operations: Collection[str] = INFERENCE) -> None:
        """Expect a call.

        Args:
            model: the framework's object that makes it.
            parent: the context that it is made from.
            operations: what instrumentors of clients may call it.
        """
        self._operations = operations
        self._outer = expected_call(parent)
        self.model = model
        self.seen = False
        """Whether a span of the call has begun."""
        self.context = set_value(_KEY, self, parent)

    def see(self, operation_name: str = "chat") -> None:
        """Take note that a call has its span, which calls around it, of a model that asks another, have as well.

        Args:
            operation_name: what the span's instrumentor calls it.
        """
        if operation_name in self._operations:
            self.seen = True
        if self._outer is not None:
            self._outer.see(operation_name)


def expected_call(context: Context | None = None) -> ExpectedCall | None:
    """The innermost call that is expected in the current context, or another; None where none is."""
    found = get_value(_KEY, context)
    return found if isinstance(found, ExpectedCall) else None


def see_call(operation_name: str, parent: Context) -> None:
    """Take note that the span of a client's call begins, below whatever expects one."""
    expected = parent.get(_KEY)
    if expected is not None:
        expected.see(operation_name)  # type: ignore[attr-defined]  # nothing else is kept under the key
