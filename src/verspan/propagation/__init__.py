"""The active version across borders: requests and messages to other services, and processes that this one starts.

The version and the session travel as W3C baggage, in the entries ``logged_model.id``, ``logged_model.name`` and
``session.id``. OpenTelemetry's own propagators and instrumentations carry them: Verspan adds the entries where a
request leaves for a host of the user's own, and reads them where a request arrives.
"""
