"""Requests and the answers that belong to them: recordings of real APIs, and a corpus of our own in the API's shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

TESTS = Path(__file__).parent
CORPUS = TESTS / "corpus"
CASSETTES = TESTS.parents[3] / "shared" / "cassettes"
CHAT = "/chat/completions"
KINDS = {
    "chat": re.compile(f"{CHAT}$"),
    "responses": re.compile("/responses(/|$)"),
    "embeddings": re.compile("/embeddings$"),
    "completions": re.compile("/completions$"),
    "media": re.compile("/images/|/audio/"),
    "others": re.compile(""),
}
"""By the kind of a call, its path, of which the first that fits counts; each kind has a file of our own corpus."""
_OTHER_CLIENTS = re.compile(  # of the cassettes' requests
    "anthropic|googleapis.com/(?!v1beta/openai)|amazonaws|cohere|/api/chat$|huggingface.co/api/"
)


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
    def base_path(self) -> str:
        """The path of the client's ``base_url``; what follows it is the endpoint's."""
        if self.path.endswith(CHAT):
            return self.path.removesuffix(CHAT)
        found = re.match(r"/openai/deployments/[^/]+|.*/v\d\w*(/openai)?(?=/)|/openai(?=/)|", self.path)
        return found[0] if found else ""

    @property
    def endpoint(self) -> str:
        """The endpoint's own path."""
        return self.path.removeprefix(self.base_path)

    @property
    def query(self) -> dict[str, str]:
        """The request's query."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}

    @property
    def is_azure(self) -> bool:
        """Whether the request went to Azure OpenAI by its own client."""
        return "api-version" in self.query

    @property
    def api_version(self) -> str:
        """Azure's version of the API, out of the query."""
        return self.query["api-version"]


def recordings(kind: str) -> list[Interaction]:
    """Every recorded call of a kind, of whichever host; none where the recordings are missing.

    Args:
        kind: one of :data:`KINDS`.
    """
    return [found for found in _recorded() if _kind_of(found.path) == kind]


def corpus(kind: str) -> list[Interaction]:
    """The cases of our own corpus, all of them synthetic.

    Args:
        kind: the name of the file without its suffix.
    """
    cases = json.loads((CORPUS / f"{kind}.json").read_text("utf-8"))
    return [_of_case(f"corpus/{kind}", name, case) for name, case in cases.items()]


def everything() -> list[Interaction]:
    """Our own cases and the recordings, of every kind."""
    return [found for kind in KINDS for found in [*corpus(kind), *recordings(kind)]]


def every(kind: str) -> list[Any]:
    """Our own cases and the recordings, as parameters of a test; a skipped one says where recordings are missing.

    Args:
        kind: one of :data:`KINDS`.
    """
    found = [pytest.param(one, id=one.name) for one in [*corpus(kind), *recordings(kind)]]
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
    import gzip

    return gzip.decompress(interaction.body) if "content-encoding" in interaction.headers else interaction.body


def _kind_of(path: str) -> str:
    return next(kind for kind, pattern in KINDS.items() if pattern.search(path))


@cache
def _recorded() -> tuple[Interaction, ...]:
    return tuple(found for file in sorted(CASSETTES.glob("*/*.yaml")) for found in _of_cassette(file))


def _of_cassette(file: Path) -> Iterator[Interaction]:
    text = file.read_text("utf-8")
    if all(_OTHER_CLIENTS.search(uri) for uri in re.findall(r"^ +uri: (\S+)$", text, re.MULTILINE)):
        return  # most cassettes are of other clients, and reading all of them takes seconds
    recorded = yaml.load(text, Loader=yaml.CSafeLoader)["interactions"]
    for number, one in enumerate(recorded, 1):
        request, response = one["request"], one["response"]
        url = request["uri"].partition("#")[0]
        if not _OTHER_CLIENTS.search(url):
            yield Interaction(
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


def _of_case(source: str, key: str, case: Mapping[str, Any]) -> Interaction:
    kind = "chat/completions" if source == "corpus/chat" else source.removeprefix("corpus/")
    chunks = case.get("chunks")
    if "binary" in case:
        body, content_type = case["binary"], "audio/mpeg"
    elif chunks is None:
        body, content_type = json.dumps(case["response"]), "application/json"
    else:
        body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
        content_type = "text/event-stream"
    return Interaction(
        source=source,
        key=key,
        url=case.get("url", f"https://api.openai.com/v1/{kind}"),
        request=case.get("request", {}),
        status=case.get("status", 200),
        headers={"content-type": content_type, "x-request-id": f"req-{key}", **case.get("headers", {})},
        body=body.encode(),
        method=case.get("method", "POST"),
    )
