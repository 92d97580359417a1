"""How an application asks Bedrock for what an interaction asked, and all that it sees of the answer."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import aiobotocore.session
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.recordings.interactions import Interaction as AnyInteraction
from tests.recordings.interactions import recorded
from tests.recordings.replay import Mount

from .event_stream import encoded

TESTS = Path(__file__).parent
Seen = list[Any]
Way = Callable[["Interaction", Mount], Seen]
_OPERATIONS = {
    "converse": "converse",
    "converse-stream": "converse_stream",
    "invoke": "invoke_model",
    "invoke-with-response-stream": "invoke_model_with_response_stream",
}
"""Of the recordings, by the end of their path."""
_SETTINGS: Mapping[str, Any] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "test-key",
    "aws_secret_access_key": "test-secret",
    "config": Config(retries={"total_max_attempts": 1}),
}


@dataclass(frozen=True)
class Interaction(AnyInteraction):
    """One request to a service of Bedrock's and its answer."""

    service: str = "bedrock-runtime"
    operation: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def ask(self, client: Any) -> Any:
        """Call the client's method."""
        if self.operation:
            return getattr(client, self.operation)(**_bytes(self.arguments))
        _, model, end = self.path.rsplit("/", 2)
        body = {"body": json.dumps(self.request)} if end.startswith("invoke") else self.request
        return getattr(client, _OPERATIONS[end])(modelId=unquote(model), **body)


def corpus() -> dict[str, Interaction]:
    """Our own cases by their names; those of operations that this version of the client does not know are left out."""
    found = {}
    for file in sorted((TESTS / "corpus").glob("*.json")):
        for name, case in json.loads(file.read_text("utf-8")).items():
            if _knows(case.get("service", "bedrock-runtime"), case["operation"]):
                found[name] = _of_case(file.stem, name, case)
    return found


def interactions() -> list[Interaction]:
    """Our own cases, and the recordings where they are there."""
    found = [*corpus().values(), *recorded(Interaction, lambda url: "amazonaws.com" in url)]
    if "ReasoningContentBlock" in _session().get_service_model("bedrock-runtime").shape_names:
        return found
    # The oldest client knows no fields for what models think and for what was cached, and leaves them out.
    return [one for one in found if b"reasoningContent" not in one.body and b"cacheRead" not in one.body]


def client_at(url: str, service: str = "bedrock-runtime", *, retries: int = 1) -> Any:
    """A client of a service at an address, which asks so many times."""
    settings = {**_SETTINGS, "config": Config(retries={"total_max_attempts": retries})}
    return _session().create_client(service, endpoint_url=url, **settings)


def async_client_at(url: str, service: str = "bedrock-runtime") -> Any:
    """An asynchronous client of a service at an address, for a ``with`` block."""
    return _async_session().create_client(service, endpoint_url=url, **_SETTINGS)


def call(interaction: Interaction, mount: Mount) -> Seen:
    """A method of the client, and all events or the whole body that it gives."""
    seen: Seen = []
    client = client_at(mount.url, interaction.service)
    try:
        response = interaction.ask(client)
        seen.append(_plain(response))
        for name, value in response.items():
            if hasattr(value, "_event_generator"):
                seen.extend(value)
            elif hasattr(value, "iter_chunks"):
                seen.append((name, value.read()))
    except ClientError as error:
        seen.append(_failure(error))
    client.close()
    return seen


def call_async(interaction: Interaction, mount: Mount) -> Seen:
    """The same of an asynchronous client."""

    async def main() -> Seen:
        seen: Seen = []
        async with async_client_at(mount.url, interaction.service) as client:
            try:
                response = await interaction.ask(client)
                seen.append(_plain(response))
                for name, value in response.items():
                    if hasattr(value, "_event_generator"):
                        seen.extend([event async for event in value])
                    elif hasattr(value, "iter_chunks"):
                        seen.append((name, await value.read()))
            except ClientError as error:
                seen.append(_failure(error))
        return seen

    return asyncio.run(main())


WAYS: list[Way] = [call, call_async]


def _of_case(source: str, name: str, case: Mapping[str, Any]) -> Interaction:
    if "chunks" in case:
        parts = (base64.b64encode(json.dumps(chunk).encode()).decode() for chunk in case["chunks"])
        events: Any = [("chunk", {"bytes": part}) for part in parts]
    else:
        events = case.get("events")
    body = json.dumps(case["response"]).encode() if events is None else encoded(events)
    kind = "application/json" if events is None else "application/vnd.amazon.eventstream"
    return Interaction(
        source=f"corpus/{source}",
        key=name,
        url=f"https://bedrock.example{case['path']}",
        request={},
        status=case.get("status", 200),
        headers={"content-type": kind, **case.get("headers", {})},
        body=body,
        service=case.get("service", "bedrock-runtime"),
        operation=case["operation"],
        arguments=case["arguments"],
    )


def _bytes(value: Any) -> Any:
    """Arguments with the body of a model as JSON, and bytes in the place of ``{"base64": ...}``."""
    if isinstance(value, list):
        return [_bytes(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"base64"}:
        return base64.b64decode(value["base64"])
    return {name: json.dumps(item) if name == "body" else _bytes(item) for name, item in value.items()}


def _plain(response: Mapping[str, Any]) -> Any:
    metadata = {name: response["ResponseMetadata"][name] for name in ("HTTPStatusCode", "RetryAttempts")}
    shown = {name: value if isinstance(value, (dict, list, str)) else type(value) for name, value in response.items()}
    return {**shown, "ResponseMetadata": metadata}


def _failure(error: ClientError) -> Any:
    return type(error).__name__, str(error), error.response["Error"]


def _knows(service: str, operation: str) -> bool:
    words = "".join(word.capitalize() for word in operation.split("_"))
    return words in _session().get_service_model(service).operation_names


@cache
def _session() -> Any:
    return botocore.session.get_session()


@cache
def _async_session() -> Any:
    return aiobotocore.session.get_session()
