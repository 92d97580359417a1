"""What a span says of an exception."""

from __future__ import annotations

from typing import Any

import pytest

from verspan.instrumentation.failures import error_type


class _RefusedError(Exception):
    def __init__(self, response: Any) -> None:
        super().__init__("refused")
        self.response = response


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        ({"Error": {"Code": "ThrottlingException"}}, "ThrottlingException"),
        ({"Error": {"Code": ""}}, "_RefusedError"),
        ({}, "_RefusedError"),
        (object(), "_RefusedError"),
    ],
)
def test_code(response: Any, kind: str) -> None:
    """An error has the provider's code where it holds one as AWS's clients do, and else the name of its class."""
    assert error_type(_RefusedError(response)) == kind
