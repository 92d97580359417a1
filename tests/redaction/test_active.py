"""The redactor in force."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.processes import run_program, said

from verspan.redaction import Redactor, active_redactor, set_redactor
from verspan.redaction.active import content_text, content_value, redacted_attributes, redacted_text, redactor_of
from verspan.redaction.redactor import Marked


def test_none(redact: Callable[..., Redactor]) -> None:
    """Where nothing is redacted, whatever would be is handed on as it is."""
    redact()
    set_redactor(redactor_of(()))
    attributes = {"a": "ann@example.com"}
    assert active_redactor() is None
    assert redacted_attributes(attributes) is attributes
    assert [redacted_text("a"), content_text(b'["a"]'), content_value(b'["a"]')] == ["a", '["a"]', ["a"]]
    assert type(content_text(b'["a"]')) is str


def test_in_force(redact: Callable[..., Redactor]) -> None:
    """What is set on a span is redacted once: content when it became JSON, everything else when it is set."""
    assert redact("email") is active_redactor()
    assert redacted_attributes({"a": "ann@example.com"}) == {"a": "[email]"}
    assert [redacted_text("ann@example.com"), content_text(b'["a"]')] == ["[email]", '["a"]']
    assert [type(text) for text in (redacted_text("a"), content_text(b"[]"), *content_value(b'["a"]'))] == [Marked] * 3


def test_what_cannot_be_had(caplog: pytest.LogCaptureFixture) -> None:
    """Where the settings name what there is not, no text is kept rather than every one, and the log says so."""
    redactor = redactor_of(("email", "emal"))
    assert redactor is not None
    assert redactor.attributes({"a": "x", "gen_ai.request.model": "m"}) == {
        "a": "[redaction failed]",
        "gen_ai.request.model": "m",
    }
    warning = (
        "No text is kept, since it cannot be redacted as asked (redact: 'emal' is none of keys, email, phone, card, "
        "presidio). Mend VERSPAN_REDACT."
    )
    assert caplog.record_tuples == [("verspan.redaction.active", logging.WARNING, warning)]


def test_environment_without_configuring(tmp_path: Path) -> None:
    """An exporter of Verspan's that the application uses by itself asks, and the variable answers."""
    program = """
    from verspan.redaction import active_redactor
    print(active_redactor().text("ann@example.com"))
    """
    assert said(program, tmp_path, VERSPAN_REDACT=" email, keys,") == ["[email]"]


def test_configuring(tmp_path: Path) -> None:
    """An argument comes before the variable, stays when others are changed, and an empty one redacts nothing."""
    program = """
    import verspan
    from verspan.redaction import active_redactor

    def show():
        redactor = active_redactor()
        print(None if redactor is None else redactor.text("Ann ann@example.com"))

    verspan.configure(exporters=[])
    show()
    verspan.configure(redact=str.upper)
    show()
    verspan.configure(content="NO_CONTENT")
    show()
    verspan.configure(redact="email,keys")
    show()
    verspan.configure(redact=[])
    show()
    """
    assert said(program, tmp_path, VERSPAN_REDACT="email") == [
        "Ann [email]",
        "ANN ANN@EXAMPLE.COM",
        "ANN ANN@EXAMPLE.COM",
        "Ann [email]",
        "None",
    ]


def test_wrong_argument(tmp_path: Path) -> None:
    """An argument that cannot be used is an error where it is given, and changes nothing."""
    program = """
    import verspan
    from verspan.redaction import active_redactor
    verspan.configure(exporters=[], redact=["email"])
    try:
        verspan.configure(redact=["emal"])
    except verspan.VerspanError as error:
        print(error)
    print(active_redactor().text("ann@example.com"))
    """
    assert said(program, tmp_path) == ["redact: 'emal' is none of keys, email, phone, card, presidio", "[email]"]


def test_wrong_variable(tmp_path: Path) -> None:
    """A variable that cannot be used does not stop the application."""
    ended = run_program("import verspan; verspan.configure(exporters=[])", tmp_path, VERSPAN_REDACT="emal")
    assert (ended.code, ended.log.count("No text is kept")) == (0, 1)
