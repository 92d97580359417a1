"""The traces of a Jaeger by its query API, all of those that are asked for however many.

The API gives no pages, only a limit, and which traces it leaves out is the backend's affair. So a stretch of time that
holds as many as the limit is asked for again in halves, until each has fewer.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from verspan.errors import InvalidArgumentError, NotFoundError, StoreUnavailableError

LIMIT = 500
"""Traces that one question asks for; Jaeger's default limit is 20, and its backends allow at least 1,500."""
LOOK_BACK_S = 7 * 24 * 3600
"""How far back is looked where nobody says: a week."""
_TIMEOUT_S = 30.0
_SCHEMES = {"jaeger": "http", "jaegers": "https"}
_DEFAULT_PORT = 16686
_US = 1_000_000
_NOT_FOUND = 404

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Jaeger:
    """A Jaeger's query API."""

    address: str
    """Such as ``http://localhost:16686``."""

    @classmethod
    def at(cls, source: str) -> Jaeger:
        """The Jaeger that ``jaeger://host:port`` names; ``jaegers://`` is over TLS.

        Raises:
            InvalidArgumentError: it names none.
        """
        parts = urlsplit(source)
        scheme = _SCHEMES.get(parts.scheme)
        if scheme is None or not parts.hostname:
            raise InvalidArgumentError(f"{source!r} is no source of traces: give one like jaeger://localhost:16686")
        return cls(f"{scheme}://{parts.hostname}:{parts.port or _DEFAULT_PORT}{parts.path.rstrip('/')}")

    def trace(self, trace_id: str) -> Json:
        """A trace by its id.

        Raises:
            NotFoundError: it has none.
            StoreUnavailableError: it does not answer.
        """
        try:
            found: Json = self._ask(f"/api/traces/{quote(trace_id)}")["data"][0]
        except (LookupError, urllib.error.HTTPError) as error:
            raise NotFoundError(f"{self.address} has no trace {trace_id}") from error
        return found

    def traces(self, tags: Mapping[str, str], since_ns: int | None, until_ns: int | None) -> Iterator[Json]:
        """Every trace with a span that has these tags, each once.

        Args:
            tags: attributes by name; any trace where there are none.
            since_ns: started then or later; :data:`LOOK_BACK_S` ago where it is None.
            until_ns: started before then; now where it is None.

        Raises:
            StoreUnavailableError: it does not answer.
        """
        now = time.time_ns()
        until = now if until_ns is None else min(until_ns, now)
        since = until - LOOK_BACK_S * 1_000 * _US if since_ns is None else since_ns
        known: set[str] = set()
        for service in sorted(self._ask("/api/services")["data"] or ()):
            for trace in self._within(service, tags, since // 1_000, until // 1_000):
                if trace["traceID"] not in known:
                    known.add(trace["traceID"])
                    yield trace

    def _within(self, service: str, tags: Mapping[str, str], start_us: int, end_us: int) -> Iterator[Json]:
        asked = {"service": service, "start": start_us, "end": end_us, "limit": LIMIT}
        if tags:
            asked["tags"] = json.dumps(tags)
        found = self._ask("/api/traces", **asked)["data"] or []
        if len(found) < LIMIT or end_us - start_us <= 1:
            yield from found
            return
        middle = (start_us + end_us) // 2
        yield from self._within(service, tags, start_us, middle)
        yield from self._within(service, tags, middle, end_us)

    def _ask(self, path: str, **query: Any) -> Json:
        address = f"{self.address}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            with urllib.request.urlopen(address, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - of http or https by now
                document: Json = json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == _NOT_FOUND:
                raise
            raise self._unavailable(f"answers {error.code} {error.reason}") from error
        except (OSError, ValueError) as error:
            raise self._unavailable(f"does not answer as one ({error})") from error
        return document

    def _unavailable(self, what: str) -> StoreUnavailableError:
        return StoreUnavailableError(
            f"the Jaeger at {self.address} {what}: is its query API there, such as port 16686?"
        )
