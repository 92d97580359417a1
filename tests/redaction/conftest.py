"""A redactor in force for the length of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from verspan.redaction import Redactor, active
from verspan.settings import RedactionSpec

Redact = Callable[..., Redactor]


@pytest.fixture
def redact() -> Iterator[Redact]:
    """Puts a redactor of these rules in force, until the test ends."""
    before = (active._Current.redactor, active._Current.decided)

    def put_in_force(*specs: RedactionSpec) -> Redactor:
        redactor = Redactor(specs)
        active.set_redactor(redactor)
        return redactor

    yield put_in_force
    active._Current.redactor, active._Current.decided = before
