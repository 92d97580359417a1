"""The rule ``keys``."""

from __future__ import annotations

import pytest

from verspan.redaction import Redactor

KEYS = Redactor(["keys"])


def made_up(prefix: str, length: int) -> str:
    """A key that nobody has, put together here so that no scanner takes this file for a leak."""
    return prefix + ("4fT9xQ27LmN8pR3sV6wYbC5dK1hJ0zA2eG" * 3)[:length]


@pytest.mark.parametrize(
    ("prefix", "length"),
    [
        ("sk-", 48),
        ("sk-proj-", 60),
        ("sk-ant-api03-", 80),
        ("sk-or-v1-", 64),
        ("sk_live_", 24),
        ("pk-lf-", 36),
        ("ghp_", 36),
        ("github_pat_", 60),
        ("glpat-", 20),
        ("AIza", 35),
        ("ya29.", 40),
        ("GOCSPX-", 28),
        ("xoxb-", 40),
        ("hf_", 34),
        ("gsk_", 52),
        ("pcsk_", 50),
        ("npm_", 36),
        ("SG.", 66),
        ("xai-", 80),
        ("pplx-", 48),
        ("tvly-", 32),
        ("nvapi-", 64),
    ],
)
def test_known_prefixes(prefix: str, length: int) -> None:
    """A key of a known provider is taken out wherever it stands, and nothing around it."""
    key = made_up(prefix, length)
    assert KEYS.text(f"Use {key}, not ({key}).") == "Use [key], not ([key])."


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("AKIA" + "IOSFODNN7EXAMPLE" + " is an id", "[key] is an id"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "[key]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nbye", "[key]\nbye"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn and cut", "[key]"),
        ("Authorization: Bearer abc123def456", "Authorization: Bearer [key]"),
        ("got Bearer abc123def456 back", "got Bearer [key] back"),
        ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic [key]"),
        ("x-api-key: 0123456789abcdef", "x-api-key: [key]"),
        ("Cookie: session=abc; other=def\nHost: a", "Cookie: [key]\nHost: a"),
        ("postgres://app:s3cr3t@db.example.com/shop", "postgres://app:[key]@db.example.com/shop"),
        ("GET /v1?api_key=abc123&page=2", "GET /v1?api_key=[key]&page=2"),
        ("password=hunter2, user=bob", "password=[key], user=bob"),
        ("The password: hunter2.", "The password: [key]."),
        ("{'client_secret': 'two words', 'id': 7}", "{'client_secret': '[key]', 'id': 7}"),
        ('{\\"api_key\\": \\"abc\\"}', '{\\"api_key\\": \\"[key]\\"}'),
        ("OPENAI_API_KEY=abc", "OPENAI_API_KEY=[key]"),
        ("token=9f86d081884c7d659a2feaa0c55ad015", "token=[key]"),
        ('he said: "the password: hunter2"', 'he said: "the password: [key]"'),
    ],
)
def test_secrets_by_where_they_stand(text: str, redacted: str) -> None:
    """A secret is known by its shape, by what it is assigned to or by its header; redacting again changes nothing."""
    assert KEYS.text(text) == redacted
    assert KEYS.text(redacted) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens: 1000, temperature: 0.7",
        "The key: be kind. Basic understanding. The bearer of news.",
        "token: hello",
        "sk-learn-pipeline-wrapper and task-management-board",
        "m-0123456789abcdef0123456789abcdef",
        "2026-11-23T11:15:09Z",
        "https://example.com/a?page=2",
        "",
    ],
)
def test_what_is_no_secret(text: str) -> None:
    """Words, numbers, times and ids are left as they are."""
    assert KEYS.text(text) == text


def test_fields() -> None:
    """A field's name tells that its value is a secret, whatever the value looks like."""
    fields = {
        "password": "hello",
        "x-api-key": ["abc"],
        "accessToken": "abc",
        "token": "9f86d081884c7d659a2feaa0c55ad015",
        "key": "value",
        "pwd": 1234567,
        "authorization": "Bearer abc",
        "nested": {"client_secret": "abc", "note": "abc"},
    }
    assert KEYS.value(fields) == {
        "password": "[key]",
        "x-api-key": ["[key]"],
        "accessToken": "[key]",
        "token": "[key]",
        "key": "value",
        "pwd": "[key]",
        "authorization": "[key]",
        "nested": {"client_secret": "[key]", "note": "abc"},
    }
