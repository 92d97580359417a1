"""E-mail addresses, telephone numbers and card numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from verspan.redaction.rules import BuiltIn

_DIGITS = re.compile(r"\d[\d ().\-/\u00a0\u2010-\u2013]{5,}\d")  # what any number worth a closer look has in it
_AT = ("@", "%40")
_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")

_GAP = r"[ ().\-/\u00a0\u2010-\u2013]{0,2}"
_PHONE = re.compile(
    rf"""
      (?<![\w+])\+[1-9](?:{_GAP}\d){{6,14}}(?!\d)
    | (?<![\w.+-])(?:1[ .-])?(?:\(\d{{3}}\)\ ?|[2-9]\d\d(?P<dash>[ .-]))\d{{3}}(?(dash)(?P=dash)|[ .-])\d{{4}}(?![\w-])
    | (?<![\w.+-])(?P<national>0\d{{1,4}}(?P<gap>[ /-])\d{{2,8}}(?:(?P=gap)\d{{2,4}}){{0,3}})(?![\w-])
    """,
    re.VERBOSE,
)
_NATIONAL = range(9, 13)  # digits of a number without its country's code; a date has eight
_PHONE_AFTER_WORD = re.compile(
    r"(?i)(\b(?:tele)?(?:phone|mobile|fax|whatsapp|tel|cell|call|sms)\w{0,6}(?:\W{1,3}(?:number|no|nr|is|at|me|to)){0,3}\W{1,3})\d{7,15}\b"
)
_PHONE_FIELD = re.compile(r"(?:^|[_.\- ])(?:(?:tele)?phone|mobile|cell|fax|tel|msisdn)(?:[_.\- ]?(?:number|no))?$")
_INTERNATIONAL = range(7, 16)  # digits of a number with it, of which E.164 has no longer ones

_CARD = re.compile(r"(?<![\d.])\d(?:[ \u00a0\u2010-\u2013-]?\d){11,}")
_SHORTEST_CARD, _LONGEST_CARD = 12, 19  # ISO/IEC 7812, Maestro's shortest
_ISSUERS = re.compile(r"4|5[0-8]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3(?:0[0-5]|[689])|35|6")


class Email(BuiltIn):
    """The rule ``email``."""

    name = "email"

    def __call__(self, text: str) -> str:
        """The text with every address replaced by ``[email]``."""
        return _EMAIL.sub("[email]", text) if any(sign in text for sign in _AT) else text


class Phone(BuiltIn):
    """The rule ``phone``."""

    name = "phone"

    def __call__(self, text: str) -> str:
        """The text with every telephone number replaced by ``[phone]``.

        That is a number with its country's code, one written in groups as in North America or with a leading zero as
        elsewhere, and digits after a word such as "call". Digits alone may be anything, and are left.
        """
        if not _DIGITS.search(text):
            return text
        return _PHONE_AFTER_WORD.sub(r"\1[phone]", _PHONE.sub(_without_phone, text))

    def field(self, name: str, text: str) -> str:
        """``[phone]`` where a field of that name holds a number, else the text without the numbers in it."""
        if _is_phone_field(name) and _digits(text) in _INTERNATIONAL:
            return "[phone]"
        return self(text)


class Card(BuiltIn):
    """The rule ``card``."""

    name = "card"

    def __call__(self, text: str) -> str:
        """The text with every card number replaced by ``[card]``: digits that an issuer has and whose sum is right."""
        return _CARD.sub(_without_card, text) if _DIGITS.search(text) else text


RULES: dict[str, Callable[[], BuiltIn]] = {"email": Email, "phone": Phone, "card": Card}


@lru_cache(maxsize=4096)  # the same names come again with every span
def _is_phone_field(name: str) -> bool:
    return bool(_PHONE_FIELD.search(name.lower()))


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _without_phone(found: re.Match[str]) -> str:
    national = found["national"]
    return found[0] if national is not None and _digits(national) not in _NATIONAL else "[phone]"


def _without_card(found: re.Match[str]) -> str:
    """Digits in groups, of which some in a row may be a card's number: the first and the last group may be others."""
    text = found[0]
    groups = list(re.finditer(r"\d+", text))
    pieces, end = [], 0
    for first, last in _runs(groups):
        start, stop = groups[first].start(), groups[last].end()
        if start >= end and _is_card("".join(group[0] for group in groups[first : last + 1])):
            pieces += [text[end:start], "[card]"]
            end = stop
    return "".join((*pieces, text[end:]))


def _runs(groups: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """Groups in a row that have as many digits as a card, the longest first of those that begin alike."""
    for first in range(len(groups)):
        digits, fitting = 0, []
        for last in range(first, len(groups)):
            digits += len(groups[last][0])
            if digits > _LONGEST_CARD:
                break
            if digits >= _SHORTEST_CARD:
                fitting.append((first, last))
        yield from reversed(fitting)


def _is_card(digits: str) -> bool:
    """Whether the digits begin as an issuer's do and satisfy the formula of Luhn (ISO/IEC 7812-1, annex B)."""
    if not _ISSUERS.match(digits):
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0
