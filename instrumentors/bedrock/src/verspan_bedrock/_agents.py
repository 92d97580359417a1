"""Agents, knowledge bases, and answers made from these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verspan.instrumentation.calls import CallInput, Reply, Request, Usage
from verspan.instrumentation.fields import NO_FIELDS, field, fields, integer, text, texts
from verspan.instrumentation.parts import spoken, text_parts
from verspan.instrumentation.serialising import snapshot
from verspan.semconv import (
    AWS_BEDROCK_KNOWLEDGE_BASE_ID,
    GEN_AI_AGENT_ID,
    GEN_AI_DATA_SOURCE_ID,
    GEN_AI_RETRIEVAL_TOP_K,
)
from verspan_bedrock._client import ClientAdapter, plain
from verspan_bedrock._converse import read_usage


class AgentAdapter(ClientAdapter):
    """Takes what asks an agent; the tokens are those of the models it used, where its trace was asked for."""

    name = "bedrock.agents"
    operations = ("InvokeAgent", "InvokeInlineAgent")
    content = ("inputText", "instruction", "sessionState", "inlineSessionState", "actionGroups")

    def operation_name(self, name: str, parameters: Mapping[str, Any]) -> str:  # noqa: ARG002 - as its base has it
        """The conventions' name of it."""
        return "invoke_agent"

    def model(self, parameters: Mapping[str, Any]) -> str | None:
        """The model of an agent that is described in the request."""
        return text(parameters.get("foundationModel"))

    def snapshot_response(self, response: Any) -> bytes:
        """The text of a part, or the counts in a trace; the rest of a trace is long and nobody reads it here."""
        said = response.get("chunk", NO_FIELDS).get("bytes")
        if said is not None:
            return snapshot({"text": bytes(said).decode("utf-8", "replace")})
        return snapshot({"usage": _usages(response.get("trace"))}, plain)

    def read_request(self, body: Any) -> Request:
        """Which agent is asked, in which conversation."""
        agent = text(field(body, "agentId"))
        told = {GEN_AI_AGENT_ID: agent} if agent else {}
        return Request(has_choices=False, conversation_id=text(field(body, "sessionId")), extra=told)

    def read_input(self, body: Any) -> CallInput:
        """What the agent is asked, and how it is to behave."""
        return CallInput(
            messages=spoken("user", *texts(field(body, "inputText"))),
            system_instructions=text_parts(texts(field(body, "instruction"))),
        )

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Add a part of the answer, or tokens."""
        _say(text(field(body, "text")), reply)
        for usage in field(body, "usage") or ():
            reply.usage = _sum(reply.usage or Usage(), read_usage(usage))


class RetrievalAdapter(ClientAdapter):
    """Takes a search in a knowledge base."""

    name = "bedrock.retrieval"
    operations = ("Retrieve",)
    content = ("retrievalQuery",)

    def operation_name(self, name: str, parameters: Mapping[str, Any]) -> str:  # noqa: ARG002 - as its base has it
        """The conventions' name of it."""
        return "retrieval"

    def snapshot_response(self, response: Any) -> bytes:  # noqa: ARG002 - of the protocol
        """Nothing: documents are the application's, and large."""
        return b"{}"

    def read_request(self, body: Any) -> Request:
        """Which knowledge base is asked, for how many results."""
        search = field(field(body, "retrievalConfiguration"), "vectorSearchConfiguration")
        told = _base(field(body, "knowledgeBaseId"))
        count = integer(field(search, "numberOfResults"))
        return Request(has_choices=False, extra=told if count is None else {**told, GEN_AI_RETRIEVAL_TOP_K: count})

    def read_input(self, body: Any) -> CallInput:
        """What is looked for."""
        return CallInput(messages=spoken("user", *texts(field(field(body, "retrievalQuery"), "text"))))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Nothing is read."""


class GenerationAdapter(ClientAdapter):
    """Takes what asks a model about a knowledge base."""

    name = "bedrock.generation"
    operations = ("RetrieveAndGenerate", "RetrieveAndGenerateStream")
    content = ("input",)

    def operation_name(self, name: str, parameters: Mapping[str, Any]) -> str:  # noqa: ARG002 - as its base has it
        """AWS's name of it: the conventions have none for a search and its answer in one."""
        return "retrieve_and_generate"

    def model(self, parameters: Mapping[str, Any]) -> str | None:
        """The model that answers."""
        return text(_configured(parameters).get("modelArn"))

    def read_request(self, body: Any) -> Request:
        """Which knowledge base is asked, in which conversation."""
        told = _base(_configured(body).get("knowledgeBaseId"))
        return Request(has_choices=False, conversation_id=text(field(body, "sessionId")), extra=told)

    def read_input(self, body: Any) -> CallInput:
        """What is asked."""
        return CallInput(messages=spoken("user", *texts(field(field(body, "input"), "text"))))

    def read_reply(self, body: Any, reply: Reply) -> None:
        """Fill a reply from an answer, or add an event to it; its tokens are told by nobody."""
        _say(text(field(field(body, "output"), "text")), reply)


def _say(said: str | None, reply: Reply) -> None:
    if said is not None and reply.capture_content:
        choice = reply.choice(0)
        choice.finish_reason = "stop"  # the API says of no answer why it ends
        choice.text.append(said)


def _base(identifier: Any) -> dict[str, Any]:
    found = text(identifier)
    return {GEN_AI_DATA_SOURCE_ID: found, AWS_BEDROCK_KNOWLEDGE_BASE_ID: found} if found else {}


def _configured(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    found = fields(parameters.get("retrieveAndGenerateConfiguration"))
    return fields(found.get("knowledgeBaseConfiguration") or found.get("externalSourcesConfiguration"))


def _usages(trace: Any) -> list[Any]:
    """What each model that an agent used has counted."""
    steps = fields(field(trace, "trace")).values()
    outputs = (field(step, "modelInvocationOutput") for step in steps)
    return [usage for output in outputs if (usage := field(field(output, "metadata"), "usage"))]


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        input_tokens=(one.input_tokens or 0) + (other.input_tokens or 0),
        output_tokens=(one.output_tokens or 0) + (other.output_tokens or 0),
    )
