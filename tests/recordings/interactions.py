"""Requests and the answers that belong to them: recordings of real APIs, and corpora of our own in the APIs' shapes."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

CASSETTES = Path(__file__).parents[3] / "shared" / "cassettes"


@dataclass(frozen=True)
class Interaction:
    """One request and its answer."""

    source: str
    """The cassette's file without its suffix, below the folder of cassettes; ``corpus/...`` for our own."""
    key: str
    """The number within the cassette, or the name of our own case."""
    url: str
    request: Mapping[str, Any]
    status: int
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"

    @property
    def name(self) -> str:
        """The interaction's own name."""
        return f"{self.source}#{self.key}"

    @property
    def is_synthetic(self) -> bool:
        """Whether it is a case of our own corpus."""
        return self.source.startswith("corpus/")

    @property
    def is_stream(self) -> bool:
        """Whether the answer is a stream of events."""
        return self.headers.get("content-type", "").startswith("text/event-stream")

    @property
    def path(self) -> str:
        """The request's path."""
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        """The request's query."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}


AnInteraction = TypeVar("AnInteraction", bound=Interaction)


def recorded(kind: type[AnInteraction], wanted: Callable[[str], bool]) -> Iterator[AnInteraction]:
    """The recorded interactions of a client, whoever recorded them; none where the recordings are missing.

    Args:
        kind: what to make of each.
        wanted: whether the request to an address, without its fragment, is one of the client's.
    """
    for file in sorted(CASSETTES.glob("*/*.yaml")):
        text = file.read_text("utf-8")
        # Most cassettes are of other clients, and to parse all of them takes seconds.
        if any(wanted(uri.partition("#")[0]) for uri in re.findall(r"^ +uri: (\S+)$", text, re.MULTILINE)):
            yield from _of_cassette(kind, wanted, file, text)


def cases(kind: type[AnInteraction], file: Path, url: str) -> list[AnInteraction]:
    """The synthetic interactions of a file, a JSON object of cases by name.

    A case has ``request`` and one of ``response`` (JSON), ``chunks`` (JSON documents, sent as events and ended by
    ``[DONE]``), ``events`` (pairs of an event's name and its JSON, sent as such), ``lines`` (JSON documents, a line
    each) or ``binary`` (text, sent as sound). It may have ``url``, ``status``, ``headers`` and ``method``.

    Args:
        kind: what to make of each.
        file: the JSON file.
        url: where a case was sent that does not say so itself.
    """
    found = json.loads(file.read_text("utf-8"))
    return [_of_case(kind, f"corpus/{file.stem}", url, name, case) for name, case in found.items()]


def parameters(interactions: Iterable[Interaction]) -> list[Any]:
    """Interactions as parameters of a test; a skipped one says where recordings are missing."""
    found = [pytest.param(one, id=one.name) for one in interactions]
    if not CASSETTES.is_dir():
        missing = pytest.mark.skip(reason=f"the recordings of real APIs are not at {CASSETTES}")
        found.append(pytest.param(None, id="recordings", marks=missing))
    return found


def events(interaction: Interaction) -> list[dict[str, Any]]:
    """The JSON of every server-sent event of an answer, or the whole answer as the only one."""
    text = decoded(interaction).decode("utf-8")
    if not interaction.is_stream:
        return [json.loads(text)]
    lines = [line.removeprefix("data:").strip() for line in text.splitlines() if line.startswith("data:")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def decoded(interaction: Interaction) -> bytes:
    """The answer's body as the application sees it."""
    return gzip.decompress(interaction.body) if "content-encoding" in interaction.headers else interaction.body


def _of_cassette(
    kind: type[AnInteraction], wanted: Callable[[str], bool], file: Path, text: str
) -> Iterator[AnInteraction]:
    for number, one in enumerate(yaml.load(text, Loader=yaml.CSafeLoader)["interactions"], 1):
        request, response = one["request"], one["response"]
        url = request["uri"].partition("#")[0]
        if wanted(url):
            yield kind(
                source=f"{file.parent.name}/{file.stem}",
                key=str(number),
                url=url,
                request=_recorded_request(request),
                status=response["status"]["code"],
                headers={name.lower(): values[0] for name, values in response["headers"].items()},
                body=_recorded_body(response),
                method=request["method"],
            )


def _recorded_request(request: Mapping[str, Any]) -> Mapping[str, Any]:
    body = request.get("parsed_body") or request.get("body") or "{}"
    if isinstance(body, Mapping):
        return body
    try:
        return dict(json.loads(body))
    except ValueError:  # a form with a file in it
        return {}


def _recorded_body(response: Mapping[str, Any]) -> bytes:
    if "parsed_body" in response:
        return json.dumps(response["parsed_body"]).encode()
    body: str | bytes = response["body"]["string"]
    return body if isinstance(body, bytes) else body.encode("utf-8")


def _of_case(kind: type[AnInteraction], source: str, url: str, key: str, case: Mapping[str, Any]) -> AnInteraction:
    body, content_type = _answer(case)
    return kind(
        source=source,
        key=key,
        url=case.get("url", url),
        request=case.get("request", {}),
        status=case.get("status", 200),
        headers={"content-type": content_type, "x-request-id": f"req-{key}", **case.get("headers", {})},
        body=body.encode(),
        method=case.get("method", "POST"),
    )


def _answer(case: Mapping[str, Any]) -> tuple[str, str]:
    """The text of a case's answer and its content type."""
    if "binary" in case:
        return case["binary"], "audio/mpeg"
    if "chunks" in case:
        return _sent(("", json.dumps(chunk)) for chunk in case["chunks"]) + "data: [DONE]\n\n", "text/event-stream"
    if "events" in case:
        return _sent((f"event: {name}\n", json.dumps(data)) for name, data in case["events"]), "text/event-stream"
    if "lines" in case:
        return "".join(json.dumps(line) + "\n" for line in case["lines"]), "application/x-ndjson"
    return json.dumps(case["response"]), "application/json"


def _sent(found: Iterable[Sequence[str]]) -> str:
    return "".join(f"{head}data: {data}\n\n" for head, data in found)
