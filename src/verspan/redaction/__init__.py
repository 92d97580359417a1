"""Redaction: what must not be kept is taken out of every text before it is written anywhere.

``verspan.configure(redact=["keys", "email"])`` puts a :class:`Redactor` in force. Texts are redacted where they enter
telemetry and, those of other instrumentations included, where spans and events leave for Verspan's own exporters.
"""

from verspan.redaction.active import active_redactor, set_redactor
from verspan.redaction.redactor import Redactor
from verspan.redaction.rules import Rule

__all__ = ["Redactor", "Rule", "active_redactor", "set_redactor"]
