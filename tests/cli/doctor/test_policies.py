"""What the doctor says of redaction, sampling and propagation."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from verspan.cli.doctor.findings import Finding, Level
from verspan.cli.doctor.policies import check_propagation, check_redaction, check_sampling
from verspan.settings import RedactionSpec, resolve_settings

CHANGES_REDACTION = "VERSPAN_REDACT, or redact= of verspan.configure in the application, changes it."


@pytest.mark.parametrize(
    ("redact", "finding"),
    [
        ("", Finding("redaction", "none", Level.OK, f"Nothing is taken out of texts. {CHANGES_REDACTION}")),
        (
            ["keys", str.upper],
            Finding(
                "redaction",
                "keys, a function",
                Level.OK,
                f"Taken out of every text: keys, a function. {CHANGES_REDACTION}",
            ),
        ),
        (
            "passwords",
            Finding(
                "redaction",
                "passwords",
                Level.PROBLEM,
                "No text is kept, since it cannot be redacted as asked (redact: 'passwords' is none of keys, email, "
                "phone, card, presidio).",
                "Mend VERSPAN_REDACT.",
            ),
        ),
    ],
)
def test_redaction(redact: RedactionSpec | Sequence[RedactionSpec], finding: Finding) -> None:
    """The rules in force are named, and one that there is not is a problem."""
    assert check_redaction(resolve_settings(redact=redact)) == [finding]


@pytest.mark.parametrize(
    ("exporters", "policy", "level", "message"),
    [
        (["otlp"], "", Level.OK, "Every sampled trace is sent. VERSPAN_TAIL_SAMPLING changes it for collectors."),
        (["otlp"], "errors", Level.OK, "Traces are sent to the collector when they are over: errors."),
        (
            ["local"],
            "errors",
            Level.WARNING,
            "VERSPAN_TAIL_SAMPLING=errors has no say, since no span goes to a collector.",
        ),
    ],
)
def test_sampling(
    exporters: Sequence[str], policy: str, level: Level, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tail sampler's policy is shown, and where there is nothing that it could sample that is a warning."""
    monkeypatch.setenv("VERSPAN_TAIL_SAMPLING", policy)
    (finding,) = check_sampling(resolve_settings(exporters=exporters))
    assert (finding.level, finding.message) == (level, message)


@pytest.mark.parametrize(
    ("told", "whom"),
    [
        (None, "addresses and names that are never public"),
        (["*.example.com", "private"], "*.example.com, addresses and names that are never public"),
        (["*"], "everybody"),
        ([], "nobody"),
    ],
)
def test_propagation(told: Sequence[str] | None, whom: str) -> None:
    """Whom requests tell of the version is said, and whether callers are believed."""
    requests, callers = check_propagation(resolve_settings(propagate_to=told, trust_baggage=False))
    assert requests.message == f"Requests tell the version and the session to {whom}. VERSPAN_PROPAGATE_TO changes it."
    assert callers.message == (
        "What a caller says of its version and session is not taken. VERSPAN_TRUST_BAGGAGE changes it."
    )
