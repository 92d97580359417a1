"""The rules ``email``, ``phone`` and ``card``."""

from __future__ import annotations

import pytest

from verspan.redaction import Redactor

EMAIL, PHONE, CARD = Redactor(["email"]), Redactor(["phone"]), Redactor(["card"])


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Write to ann@example.com.", "Write to [email]."),
        ("<ann.o'neil+news@mail.ex-am.co.uk>", "<[email]>"),
        ("/search?q=ann%40example.com&page=1", "/search?q=[email]&page=1"),
        ("josé@exámple.es, ann@example.com", "[email], [email]"),
        ("@home, a@b, 3 @ 4", "@home, a@b, 3 @ 4"),
    ],
)
def test_email(text: str, redacted: str) -> None:
    """An address with a domain is taken out, whole; an at sign alone is none."""
    assert EMAIL.text(text) == redacted


@pytest.mark.parametrize(
    "number",
    [
        "+1 555 123 4567",
        "+15551234567",
        "+49 (0)30 901820",
        "+44 20 7946 0958",
        "(555) 123-4567",
        "555-123-4567",
        "555.123.4567",
        "1-800-555-0199",
        "01 23 45 67 89",
        "020 7946 0958",
        "030/1234567",
        "0171-1234567",
    ],
)
def test_phone(number: str) -> None:
    """A number with its country's code, or written in groups, is taken out, whole."""
    assert PHONE.text(f"Call {number}, please") == "Call [phone], please"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("my phone number is 5551234567", "my phone number is [phone]"),
        ("call me at 5551234567!", "call me at [phone]!"),
        ("2026-11-23 11:15:09", "2026-11-23 11:15:09"),
        ("on 01/02/2024 10:30", "on 01/02/2024 10:30"),
        ("192.168.100.200", "192.168.100.200"),
        ("1700000000 and 5551234567", "1700000000 and 5551234567"),
        ("$12,345,678.90", "$12,345,678.90"),
        ("call 12 times", "call 12 times"),
    ],
)
def test_digits(text: str, redacted: str) -> None:
    """Digits alone are a number only after a word that says so; dates, addresses and amounts are none."""
    assert PHONE.text(text) == redacted


def test_phone_fields() -> None:
    """A field that is called so holds a number, as text or as a number."""
    assert PHONE.value({"mobile": "5551234567", "phone_number": 5551234567, "count": 5551234567, "fax": "none"}) == {
        "mobile": "[phone]",
        "phone_number": "[phone]",
        "count": 5551234567,
        "fax": "none",
    }


@pytest.mark.parametrize(
    "number",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "3782 822463 10005",
        "6011111111111117",
        "30569309025904",
        "3530111333300000",
        "4222222222222",
    ],
)
def test_card(number: str) -> None:
    """The number of an issuer's card is taken out, whole, and not the numbers before and after it."""
    assert CARD.text(f"order 12 {number} 123, thanks") == "order 12 [card] 123, thanks"


@pytest.mark.parametrize(
    "text",
    ["4111 1111 1111 1112", "1234567812345670", "0.4111111111111111", "1790000000000000000", "4111 1111", "9" * 400],
)
def test_no_card(text: str) -> None:
    """Digits whose sum is wrong, that no issuer has, that are too many or a fraction are no card."""
    assert CARD.text(text) == text


def test_card_as_a_number() -> None:
    """A card's number that is a number of JSON is taken out, and JSON stays JSON."""
    assert CARD.text('{"card": 4111111111111111, "at": 1790000000000}') == '{"card":"[card]","at":1790000000000}'
