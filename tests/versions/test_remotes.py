"""Addresses of remotes keep where the code is, and nothing that is secret."""

from __future__ import annotations

import pytest

from verspan.versions.remotes import without_credentials


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://ann:SECRET@example.com/app.git", "https://example.com/app.git"),
        ("https://SECRET@example.com:8443/app.git", "https://example.com:8443/app.git"),
        ("https://ann@corp.com:SECRET@example.com/app", "https://example.com/app"),
        ("https://ann:SE%40CRET@example.com/app", "https://example.com/app"),
        ("https://ann:SE/CRET@example.com/app", "https://example.com/app"),
        ("https://ann:SE?CRET@example.com/app", "https://"),
        ("https://ann:SECRET@[::1]:80/app", "https://[::1]:80/app"),
        ("https://git:SECRET@example.com/app", "https://example.com/app"),
        ("https://example.com/app?token=SECRET&x=1", "https://example.com/app"),
        ("https://example.com/app#SECRET", "https://example.com/app"),
        ("ssh://ann:SECRET@example.com:22/~/app@2", "ssh://example.com:22/~/app@2"),
        ("ann:SECRET@example.com:app", "example.com:app"),
        ("ann:SE@CRET@example.com:app", "example.com:app"),
        ("SECRET@example.com:app", "example.com:app"),
        ("https::https://ann:SECRET@example.com/app", "https::https://example.com/app"),
        ("codecommit::eu-west-1://SECRET@app", "codecommit::eu-west-1://app"),
        ("ext::ssh -o password=SECRET example.com %S /app", "ext::"),
    ],
)
def test_secrets_are_stripped(address: str, kept: str) -> None:
    """User, password, query and fragment are taken off, whatever form the address has."""
    assert without_credentials(address) == kept
    assert "SECRET" not in kept


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/team/app.git",
        "https://example.com/team/app@2.git",
        "git@example.com:team/app.git",
        "ssh://git@example.com:22/team/app.git",
        "example.com:team/app@2",
        "/srv/git/app@2.git",
        "../app@2",
        "~/app@2",
        "folder/app@2",
        "C:\\code\\app@2",
        "file:///srv/git/app@2.git",
        "",
    ],
)
def test_other_addresses_stay(address: str) -> None:
    """An address without a secret is kept letter by letter."""
    assert without_credentials(address) == address
