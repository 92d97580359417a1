"""Keys, tokens and passwords: by how they begin, by what they are assigned to, and by the header they stand in."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

from verspan.redaction.rules import BuiltIn

TOKEN = "[key]"  # noqa: S105 - it stands where a secret was

_PREFIXED = re.compile(
    r"""(?<![A-Za-z0-9])(?:
      (?:sk|pk|rk)[-_](?=[\w-]{0,40}\d)[\w-]{16,}       # OpenAI, Anthropic, OpenRouter, Stripe, Langfuse
    | gh[opsur]_\w{30,} | github_pat_\w{30,} | glpat-[\w-]{16,}
    | (?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}           # AWS
    | AIza[\w-]{30,} | ya29\.[\w-]{20,} | GOCSPX-[\w-]{20,}
    | (?:xox[abeprs]|xapp)-[\w-]{16,} | hooks\.slack\.com/services/[\w/]{20,}
    | (?:hf|r8|gsk|pcsk|npm|whsec|fw|lsv2|dop_v1|sntrys|sbp|shpat|SG)[_.](?=[\w.-]{0,40}\d)[\w.-]{16,}
    | (?:xai|pplx|tvly|nvapi|pypi)-(?=[\w-]{0,40}\d)[\w-]{16,}
    | dapi[a-f0-9]{32} | SK[a-f0-9]{32}
    | eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?          # a JSON Web Token
    )""",
    re.VERBOSE,
)
_SHORTEST_PREFIXED = 16
_PRIVATE_KEY = re.compile(
    r"-----BEGIN[ A-Z0-9]*PRIVATE KEY[A-Z ]*-----.*?(?:-----END[ A-Z0-9]*PRIVATE KEY[A-Z ]*-----|\Z)", re.DOTALL
)
_CREDENTIALS_IN_URL = re.compile(r"(://[^\s/@:?#]*:)[^\s/@]+(?=@)")
_COOKIE = re.compile(r"(?i)(?<!\w)((?:set-)?cookie: *)[^\r\n\"']+")
_SCHEMES = r"(?i:bearer|basic|digest|token|apikey|negotiate)"
_AUTHORIZATION = re.compile(r"(?<!\w)((?i:bearer|basic)\s+)(?=[\w.~+/-]{0,40}[\d=])[\w.~+/=-]{8,}")
_ASSIGNED = re.compile(
    rf"""[:=]>?\s*(?:
      (?P<quote>\\*["'])(?P<quoted>(?:(?!(?P=quote)).)+)(?P=quote)
    | \\*["']?(?:{_SCHEMES}\s+)?(?!{_SCHEMES}\s)(?P<bare>[^\s"'\\&;<>\[]+)
    )""",
    re.VERBOSE,
)
_SECRET = re.compile(
    r"""passw(?:or)?ds?[\d_]*(?:confirmation|hash)?$ | passphrase$ | (?:^|[_.-]|\b|pg|my)pwd$ | (?:^|[_.-])pass$
    | (?:api|access|secret|private|client|auth|master|account|shared|encrypt\w*|sign\w*|subscription|service)[ _.-]?key
    | (?:[a-z0-9][_.-]|client|app|consumer|webhook|signing|shared)secret$ | secret[ _.-]?(?:key|token|access)
    | (?:api|access|refresh|auth|id|bearer|bot|session|csrf|xsrf|personal)[ _.-]?token$
    | authorization$ | (?:^|[_.-])(?:set-?)?cookie$ | credentials?$ | connection[ _.-]?string$
    """,
    re.VERBOSE,
)
_PERHAPS = re.compile(r"(?:^|[ _.-])(?:token|key|secret|auth|jwt|sig|signature|sas)$")
_NAME_BEFORE = re.compile(r"([A-Za-z][\w.\- ]*?)\\*[\"']?\]?\s*$")
_LONGEST_NAME = 48
_RANDOM = re.compile(r"[\w./+=~-]{12,}")
_LONGEST_RANDOM = 512
_BITS_PER_CHARACTER = 3.0  # of English words it is below 3 in so short a text, of random hexadecimal digits 3.2


class Keys(BuiltIn):
    """The rule ``keys``."""

    name = "keys"

    def __call__(self, text: str) -> str:
        """The text with every secret in it replaced by ``[key]``."""
        if "-----BEGIN" in text:
            text = _PRIVATE_KEY.sub(TOKEN, text)
        text = _without_headers(text)
        if "=" in text or ":" in text:
            text = _without_assigned(text)
        # Nearly every text has words alone, and looking at their lengths is several times faster than the pattern.
        if any(len(word) >= _SHORTEST_PREFIXED for word in text.split()):
            text = _PREFIXED.sub(TOKEN, text)
        return text

    def field(self, name: str, text: str) -> str:
        """``[key]`` where a field of that name holds a secret, else the text without the secrets in it."""
        certain = _is_secret(name)
        if certain or (certain is None and _is_random(text)):
            return TOKEN if text else text
        return self(text)


RULES: dict[str, Callable[[], Keys]] = {"keys": Keys}


@lru_cache(maxsize=4096)  # the same names come again with every span
def _is_secret(name: str) -> bool | None:
    """Whether what is called so is secret; None where its value has to be looked at."""
    lowered = name.lower()
    if _SECRET.search(lowered):
        return True
    return None if _PERHAPS.search(lowered) else False


def _is_random(text: str) -> bool:
    """Whether a text is drawn by lot, by its letters and digits and the entropy of their frequencies."""
    if not _RANDOM.fullmatch(text) or text.isalpha() or not any(map(str.isdigit, text)):
        return False
    counts = Counter(text).values()
    return math.log2(len(text)) - sum(count * math.log2(count) for count in counts) / len(text) >= _BITS_PER_CHARACTER


def _without_headers(text: str) -> str:
    if "://" in text and "@" in text:
        text = _CREDENTIALS_IN_URL.sub(rf"\1{TOKEN}", text)
    if "ookie:" in text:
        text = _COOKIE.sub(rf"\1{TOKEN}", text)
    if any(word in text for word in ("earer ", "asic ", "EARER ", "ASIC ")):
        text = _AUTHORIZATION.sub(rf"\1{TOKEN}", text)
    return text


def _without_assigned(text: str) -> str:
    """The text without the secrets that stand after ``name=`` or ``name:``."""
    pieces, end = [], 0
    for at in _delimiters(text):
        span = _assigned(text, at) if at >= end else None
        if span is not None:
            pieces += [text[end : span[0]], TOKEN]
            end = span[1]
    return "".join((*pieces, text[end:])) if pieces else text


def _assigned(text: str, at: int) -> tuple[int, int] | None:
    """Where the secret is that is assigned by the sign at a place; None where it is none."""
    before = _NAME_BEFORE.search(text, max(0, at - _LONGEST_NAME), at)
    certain = _is_secret(before[1]) if before else False
    found = None if certain is False else _ASSIGNED.match(text, at, len(text) if certain else at + _LONGEST_RANDOM)
    if found is None:
        return None
    start, stop = found.span("bare" if found["quoted"] is None else "quoted")
    if found["quoted"] is None:
        stop = start + len(text[start:stop].rstrip(",.)]}"))
    return (start, stop) if start < stop and (certain or _is_random(text[start:stop])) else None


def _delimiters(text: str) -> list[int]:
    found = []
    for sign in "=:":
        at = text.find(sign)
        while at >= 0:
            found.append(at)
            at = text.find(sign, at + 1)
    return sorted(found)
