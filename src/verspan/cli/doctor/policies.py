"""What is taken out of texts, which traces are sent, and who is told of the version."""

from __future__ import annotations

import os

from verspan.cli.doctor.findings import Finding, Level
from verspan.errors import VerspanError
from verspan.propagation.hosts import OwnHosts
from verspan.semconv import ENV_PROPAGATE_TO, ENV_REDACT, ENV_TAIL_SAMPLING, ENV_TRUST_BAGGAGE
from verspan.settings import OTLP_EXPORTER, PRIVATE_HOSTS, Settings

REDACTION, SAMPLING, PROPAGATION = "redaction", "sampling", "propagation"
_PRIVATE = "addresses and names that are never public"


def check_redaction(settings: Settings) -> list[Finding]:
    """Which redactions are in force, unless the application names others."""
    from verspan.redaction import Redactor  # loads the SDK, which the other checks do without

    names = ", ".join(each if isinstance(each, str) else "a function" for each in settings.redact)
    how = f"{ENV_REDACT}, or redact= of verspan.configure in the application, changes it."
    if not names:
        return [Finding(REDACTION, "none", Level.OK, f"Nothing is taken out of texts. {how}")]
    try:
        Redactor(settings.redact)
    except VerspanError as error:
        message = f"No text is kept, since it cannot be redacted as asked ({error})."
        return [Finding(REDACTION, names, Level.PROBLEM, message, f"Mend {ENV_REDACT}.")]
    return [Finding(REDACTION, names, Level.OK, f"Taken out of every text: {names}. {how}")]


def check_sampling(settings: Settings) -> list[Finding]:
    """Which traces a collector gets; how many spans it did not is said of the spool."""
    policy = os.environ.get(ENV_TAIL_SAMPLING, "").strip()
    if not policy:
        message = f"Every sampled trace is sent. {ENV_TAIL_SAMPLING} changes it for collectors."
        return [Finding(SAMPLING, "tail", Level.OK, message)]
    if OTLP_EXPORTER not in settings.exporters:
        message = f"{ENV_TAIL_SAMPLING}={policy} has no say, since no span goes to a collector."
        return [Finding(SAMPLING, "tail", Level.WARNING, message, f"Unset it, or send spans to {OTLP_EXPORTER!r}.")]
    return [Finding(SAMPLING, "tail", Level.OK, f"Traces are sent to the collector when they are over: {policy}.")]


def check_propagation(settings: Settings) -> list[Finding]:
    """Who is told of the version, and whether callers are believed."""
    return [_told(settings), _believed(settings)]


def _told(settings: Settings) -> Finding:
    hosts = OwnHosts(settings.propagate_to)
    names = [_PRIVATE if host == PRIVATE_HOSTS else host for host in settings.propagate_to]
    whom = "nobody" if hosts.nowhere else "everybody" if hosts.everywhere else ", ".join(names)
    message = f"Requests tell the version and the session to {whom}. {ENV_PROPAGATE_TO} changes it."
    return Finding(PROPAGATION, "requests", Level.OK, message)


def _believed(settings: Settings) -> Finding:
    taken = "is taken" if settings.trust_baggage else "is not taken"
    message = f"What a caller says of its version and session {taken}. {ENV_TRUST_BAGGAGE} changes it."
    return Finding(PROPAGATION, "callers", Level.OK, message)
