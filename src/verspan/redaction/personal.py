"""E-mail addresses, telephone numbers and card numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from verspan.redaction.rules import BuiltIn

_AT = ("@", "%40")
_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")

# These begin with a set of characters, which is what a search is fast for; what is found is looked at closely.
_NUMBERS = re.compile(r"[+(0-9][\d ().\-/\u00a0\u2010-\u2013]{5,}\d")
_CARD = re.compile(r"[0-9](?:[ \u00a0\u2010-\u2013-]?[0-9]){11,}")
_BARE = re.compile(r"[0-9]{7}")

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

_SHORTEST_CARD, _LONGEST_CARD = 12, 19  # ISO/IEC 7812, Maestro's shortest
_ISSUERS = re.compile(r"4|5[0-8]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3(?:0[0-5]|[689])|35|6")
_FIRST = "23456"  # what every one of them begins with
_DOUBLED = bytes(sum(divmod(2 * digit, 10)) for digit in range(10)).ljust(256)  # the digits of twice a digit, added


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
        text = _NUMBERS.sub(_without_phones, text)
        return _PHONE_AFTER_WORD.sub(r"\1[phone]", text) if _BARE.search(text) else text

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
        return _CARD.sub(_without_cards, text)


RULES: dict[str, Callable[[], BuiltIn]] = {"email": Email, "phone": Phone, "card": Card}


@lru_cache(maxsize=4096)  # the same names come again with every span
def _is_phone_field(name: str) -> bool:
    return bool(_PHONE_FIELD.search(name.lower()))


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _without_phones(found: re.Match[str]) -> str:
    """Digits and what may stand between them, of which some may be a telephone number."""
    return _replaced(found, "[phone]", (number.span() for number in _phones(found)))


def _phones(found: re.Match[str]) -> Iterator[re.Match[str]]:
    for number in _PHONE.finditer(found.string, found.start(), found.end()):
        if number["national"] is None or _digits(number["national"]) in _NATIONAL:
            yield number


def _without_cards(found: re.Match[str]) -> str:
    """Digits in groups, of which some in a row may be a card's number: the first and the last group may be others."""
    if found.string[max(0, found.start() - 1) : found.start()] == ".":
        return found[0]  # the digits of a fraction
    return _replaced(found, "[card]", _cards(list(re.finditer("[0-9]+", found[0])), found.start()))


def _replaced(found: re.Match[str], token: str, spans: Iterator[tuple[int, int]]) -> str:
    """What was found, with a token in the place of some of it; of spans that overlap the first counts."""
    pieces, end = [], found.start()
    for start, stop in spans:
        if start >= end:
            pieces += [found.string[end:start], token]
            end = stop
    return "".join((*pieces, found.string[end : found.end()]))


def _cards(groups: list[re.Match[str]], offset: int) -> Iterator[tuple[int, int]]:
    for first, last in _runs(groups):
        if _is_card("".join(group[0] for group in groups[first : last + 1])):
            yield offset + groups[first].start(), offset + groups[last].end()


def _runs(groups: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """Groups in a row that have as many digits as a card, the longest first of those that begin alike."""
    lengths = [len(group[0]) for group in groups]
    for first, length in enumerate(lengths):
        digits, last, fitting = length, first, []
        if groups[first][0][0] not in _FIRST:
            continue
        while digits <= _LONGEST_CARD:
            if digits >= _SHORTEST_CARD:
                fitting.append((first, last))
            last += 1
            if last == len(lengths):
                break
            digits += lengths[last]
        yield from reversed(fitting)


def _is_card(digits: str) -> bool:
    """Whether the digits begin as an issuer's do and satisfy the formula of Luhn (ISO/IEC 7812-1, annex B)."""
    if not _ISSUERS.match(digits):
        return False
    values = bytes(map(int, digits))
    return (sum(values[-1::-2]) + sum(values[-2::-2].translate(_DOUBLED))) % 10 == 0
