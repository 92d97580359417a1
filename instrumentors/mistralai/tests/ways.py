"""The ways in which an application makes a call, and all that it sees of the answer."""

from __future__ import annotations

from typing import Any

from tests.recordings.replay import Mount
from tests.recordings.ways import Client as AnyClient
from tests.recordings.ways import Way, is_stream

from .asking import Client, ask
from .interactions import Interaction


def _opened(_: Interaction, mount: Mount, asynchronous: bool) -> Client:  # noqa: FBT001 - as it is declared
    return Client.at(mount.url, asynchronous=asynchronous)


def _shown(response: Any) -> Any:
    return (type(response), None if is_stream(response) else response.model_dump())


WAYS: list[Way] = AnyClient(_opened, ask, Client.close, _shown).ways()
