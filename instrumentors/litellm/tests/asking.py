"""How an application asks LiteLLM for what a case asks, and all that it sees of the answer."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import litellm
from pydantic import BaseModel
from tests.recordings.interactions import Interaction, cases
from tests.recordings.replay import Mount

TESTS = Path(__file__).parent
_FILE = TESTS / "corpus" / "calls.json"
Seen = list[Any]
Way = Callable[["Case", Mount], Seen]


@dataclass(frozen=True)
class Case:
    """A call and the answer of the provider."""

    interaction: Interaction
    function: str
    arguments: Mapping[str, Any]

    def given(self, mount: Mount) -> dict[str, Any]:
        """The arguments of the call at a server."""
        common: dict[str, Any] = {"api_base": mount.url, "api_key": "test-key", "max_retries": 0}
        if self.function == "transcription":
            file = io.BytesIO(b"RIFF")
            file.name = "speech.wav"
            common["file"] = file
        return {**common, **self.arguments}


def corpus() -> dict[str, Case]:
    """Our own cases by their names."""
    told = json.loads(_FILE.read_text("utf-8"))
    found = {one.key: one for one in cases(Interaction, _FILE, "https://provider.example/")}
    if version("litellm").startswith("1.80."):
        del told["anthropic, stream"]  # which gives the chunks of an answer ids of its own
    return {key: Case(found[key], case["function"], case["arguments"]) for key, case in told.items()}


def call(case: Case, mount: Mount) -> Seen:
    """The function, and every chunk of a stream."""
    seen: Seen = []
    try:
        answer = getattr(litellm, case.function)(**case.given(mount))
        seen.append(_shown(answer))
        if case.arguments.get("stream"):
            seen.extend(map(_shown, answer))
    except Exception as error:  # noqa: BLE001 - whatever LiteLLM raises is compared
        seen.append(error)
    return seen


def call_async(case: Case, mount: Mount) -> Seen:
    """The asynchronous function."""

    async def main() -> Seen:
        litellm.in_memory_llm_clients_cache.flush_cache()  # its clients live in the loop that they were made in
        seen: Seen = []
        try:
            answer = await getattr(litellm, f"a{case.function}")(**case.given(mount))
            seen.append(_shown(answer))
            if case.arguments.get("stream"):
                seen.extend([_shown(chunk) async for chunk in answer])
        except Exception as error:  # noqa: BLE001 - likewise
            seen.append(error)
        await asyncio.sleep(0)
        return seen

    return asyncio.run(main())


WAYS: list[Way] = [call, call_async]


def failure(seen: Seen) -> str | None:
    """The text of the error that the application saw last."""
    return str(seen[-1]) if isinstance(seen[-1], Exception) else None


def made_up(seen: Seen) -> str | None:
    """The id of an answer, which LiteLLM makes up where it does not take the provider's."""
    told = None if isinstance(seen[0], Exception) else seen[0][1]
    last = told or (None if isinstance(seen[-1], Exception) else seen[-1][1]) or {}
    found: str | None = last.get("id")
    return found if found and "own" not in found else None


def same(one: Seen, other: Seen) -> bool:
    """Whether two calls were seen alike."""
    return [_plain(found) for found in one] == [_plain(found) for found in other]


def _shown(answer: Any) -> Any:
    return type(answer), answer.model_dump(warnings=False) if isinstance(answer, BaseModel) else None


def _plain(found: Any) -> Any:
    if isinstance(found, Exception):
        return type(found), str(found)
    kind, told = found
    return kind, {name: value for name, value in (told or {}).items() if name not in {"created", "id", "created_at"}}
