"""Wrappers put around a client's methods and taken away again."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from types import ModuleType
from typing import Any

import pytest
import wrapt

from verspan.instrumentation import guard
from verspan.instrumentation.patching import Patch
from verspan.semconv import ENV_RAISE_INTERNAL_ERRORS


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module with one class."""
    made = ModuleType("acme_client")

    class Client:
        def ask(self) -> str:
            return "answer"

    made.Client = Client  # type: ignore[attr-defined]  # a module made by hand
    monkeypatch.setitem(sys.modules, "acme_client", made)
    return made


def _shout(wrapped: Any, _instance: Any, args: Any, kwargs: Any) -> Any:
    return wrapped(*args, **kwargs).upper()


def test_apply_and_remove(module: Any) -> None:
    """A patch changes objects that exist, and its removal puts back the very function that was there."""
    original, client = module.Client.ask, module.Client()
    patch = Patch("acme_client", "Client", "ask", _shout)
    patch.apply()
    assert client.ask() == "ANSWER"
    patch.remove()
    assert module.Client.ask is original


def test_wrapped_by_another(module: Any) -> None:
    """A patch that another library has wrapped since is left in place, because taking it out would undo theirs."""
    patch = Patch("acme_client", "Client", "ask", _shout)
    patch.apply()
    theirs = wrapt.FunctionWrapper(
        module.Client.__dict__["ask"], lambda wrapped, _, args, kwargs: wrapped(*args, **kwargs)
    )
    module.Client.ask = theirs
    patch.remove()
    assert module.Client.__dict__["ask"] is theirs


def test_function(module: Any) -> None:
    """Without an owner, it is a function of the module that is wrapped and given back."""
    module.ask = original = module.Client.__dict__["ask"]
    patch = Patch("acme_client", "", "ask", _shout)
    patch.apply()
    assert isinstance(module.ask, wrapt.FunctionWrapper)
    patch.remove()
    assert module.ask is original


@pytest.mark.usefixtures("module")
def test_missing_method(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A method that this version of the client does not have is said, and nothing raises."""
    monkeypatch.delenv(ENV_RAISE_INTERNAL_ERRORS, raising=False)
    monkeypatch.setattr(guard, "_reported", set())
    Patch("acme_client", "Client", "moved_elsewhere", _shout).apply()
    assert "instrumenting acme_client.Client.moved_elsewhere" in caplog.text


def test_deferred() -> None:
    """A client that is not imported stays so, and is patched when it is; a patch removed before then never happens."""
    script = """
        import sys
        from verspan.instrumentation.patching import Patch

        def shout(wrapped, instance, args, kwargs):
            return wrapped(*args, **kwargs).upper()

        Patch("string", "Template", "safe_substitute", shout).apply()
        never = Patch("string", "Formatter", "format", shout)
        never.apply()
        never.remove()
        assert "string" not in sys.modules, "imported by us"
        import string
        print(string.Template("quiet").safe_substitute(), string.Formatter().format("quiet"))
    """
    # `string` is loaded by much of the standard library, so the interpreter starts bare and forgets it first.
    forget = "import wrapt, sys; sys.modules.pop('string', None)\nimport verspan.instrumentation.patching\n"
    run = subprocess.run(
        [sys.executable, "-c", forget + "sys.modules.pop('string', None)\n" + textwrap.dedent(script)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout.strip(), run.stderr) == ("QUIET quiet", "")
