"""Every recorded and every synthetic chat completion, through the real client, against a reading of the raw JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import openai
import pytest

from verspan.instrumentation.calls import Reply
from verspan_openai._chat import ChatAdapter

from .asking import create_arguments
from .interactions import Interaction, every
from .raw import answered, asked, identity, offered, said, used
from .replay import Mount, ReplayServer, client_for
from .seam import Passed, watched

ADAPTER = ChatAdapter()

Ask = Callable[[Interaction, Mount], "tuple[Passed, Reply]"]


def read(response: Any, reply: Reply) -> None:
    """Take a completion or a chunk and read what was taken."""
    ADAPTER.read_reply(json.loads(ADAPTER.snapshot_response(response)), reply)


def ask(interaction: Interaction, mount: Mount) -> tuple[Passed, Reply]:
    """Make the call with the synchronous client and read what comes."""
    reply = Reply()
    with watched(ADAPTER) as passed, client_for(interaction, mount) as client:
        try:
            response = client.chat.completions.create(**create_arguments(interaction))
            if ADAPTER.is_stream(response):
                for chunk in response:
                    read(chunk, reply)
            else:
                read(response, reply)
        except openai.APIError:
            pass
    (call,) = passed
    return call, reply


def ask_asynchronously(interaction: Interaction, mount: Mount) -> tuple[Passed, Reply]:
    """Make the call with the asynchronous client and read what comes."""

    async def main(reply: Reply) -> list[Passed]:
        with watched(ADAPTER) as passed:
            async with client_for(interaction, mount, asynchronous=True) as client:
                try:
                    response = await client.chat.completions.create(**create_arguments(interaction))
                    if ADAPTER.is_stream(response):
                        async for chunk in response:
                            read(chunk, reply)
                    else:
                        read(response, reply)
                except openai.APIError:
                    pass
        return passed

    reply = Reply()
    (call,) = asyncio.run(main(reply))
    return call, reply


@pytest.mark.parametrize("how", [ask, ask_asynchronously])
@pytest.mark.parametrize("interaction", every("chat"))
def test_reading(server: ReplayServer, interaction: Interaction, how: Ask) -> None:
    """What the adapter reads at the seam is what the raw JSON of the request and of the answer says."""
    mount = server.mount([interaction])
    passed, reply = how(interaction, mount)
    (received,) = mount.received
    assert received.json == interaction.request
    assert passed.call is not None
    assert (passed.call.server_address, passed.call.server_port) == ("127.0.0.1", server.port)
    assert passed.call.provider_name == ("azure.ai.openai" if interaction.is_azure else "openai")
    assert passed.call.request_model == interaction.request["model"]
    assert passed.call.stream == interaction.request.get("stream", False)
    assert [said(message) for message in passed.call_input.messages] == asked(interaction)
    assert [tool["name"] for tool in passed.call_input.tool_definitions] == offered(interaction)
    assert (reply.response_id, reply.response_model) == identity(interaction)
    assert [said(message) for message in reply.output_messages()] == answered(interaction)
    assert reply.usage == used(interaction)
