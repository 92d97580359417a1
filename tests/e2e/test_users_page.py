"""The user's page, and an agent with more to show, through a real Collector into a real Jaeger and out of it again."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import closing
from dataclasses import replace

import pytest
from inline_snapshot import snapshot
from tests.e2e.application import Application
from tests.e2e.collector import Collector
from tests.e2e.described import outline, trees
from tests.e2e.jaeger import Jaeger
from tests.e2e.servers import wait_until
from tests.readme import ROOT

from verspan.semconv import CONTENT_ATTRIBUTES
from verspan.store.opening import open_store
from verspan.traces.model import SpanRecord


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_users_page(application: Application, collector: Collector, jaeger: Jaeger, protocol: str) -> None:
    """Jaeger finds the page's five traces by the version's id, each with all that is known of its call but content."""
    model_id = application.run_users_page(**collector.endpoint(protocol))
    found = jaeger.wait_for(model_id, spans=5)
    assert len(found) == 5
    assert trees(found[0]) == snapshot(
        [
            {
                "name": "chat gpt-4o-mini",
                "kind": "CLIENT",
                "attributes": {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.provider.name": "openai",
                    "gen_ai.request.max_tokens": 1000,
                    "gen_ai.request.model": "gpt-4o-mini",
                    "gen_ai.request.temperature": 0.7,
                    "gen_ai.response.finish_reasons": ["stop"],
                    "gen_ai.response.id": "<id>",
                    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                    "gen_ai.usage.cache_read.input_tokens": 0,
                    "gen_ai.usage.input_tokens": 13,
                    "gen_ai.usage.output_tokens": 95,
                    "gen_ai.usage.reasoning.output_tokens": 0,
                    "logged_model.id": "<id>",
                    "logged_model.name": "<name>",
                    "openai.api.type": "chat_completions",
                    "openai.response.service_tier": "default",
                    "openai.response.system_fingerprint": "fp_27bebe765c",
                    "server.address": "127.0.0.1",
                    "server.port": "<port>",
                    "verspan.cost.price_version": "<version>",
                    "verspan.cost.usd": 5.895e-05,
                },
            }
        ]
    )
    assert {each["name"] for spans in found for each in trees(spans)} == {"chat gpt-4o-mini"}
    assert {span.attributes["logged_model.id"] for spans in found for span in spans} == {model_id}
    assert {span.resource["service.name"] for spans in found for span in spans} == {"my-genai-app"}


def test_record(application: Application, collector: Collector, jaeger: Jaeger) -> None:
    """The version's record came along, so that whoever has the spans alone knows the commit behind the id."""
    model_id = application.run_users_page(**collector.endpoint("grpc"))
    (record, *repeated) = wait_until(lambda: jaeger.records(model_id), f"the record of {model_id}")
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=application.folder, text=True).strip()
    assert (record.model_id, record.name) == (model_id, f"customer_support_agent-{commit[:8]}")
    assert record.experiment_name == "my-genai-app"
    assert record.git is not None
    assert record.git.commit == commit
    assert repeated == []


def test_content(application: Application, collector: Collector, jaeger: Jaeger) -> None:
    """With SPAN_ONLY messages are on the spans, and Jaeger has every span as the local store has it."""
    store = f"sqlite:///{application.folder / 'store.db'}"
    variables = {
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
        "VERSPAN_EXPORTERS": "local,otlp",
        "VERSPAN_STORE": store,
    }
    model_id = application.run_users_page(**collector.endpoint("grpc"), **variables)
    found = jaeger.wait_for(model_id, spans=5)
    asked = [json.loads(spans[0].attributes["gen_ai.input.messages"]) for spans in found]
    assert asked[0] == [{"role": "user", "parts": [{"type": "text", "content": "Can I get my money back?"}]}]
    with closing(open_store(store, create=False)) as local:
        kept = [local.get_trace(spans[0].trace_id) for spans in found]
    assert [[comparable(span) for span in spans] for spans in found] == [
        [comparable(stored.span) for stored in trace.spans] for trace in kept if trace is not None
    ]


def comparable(span: SpanRecord) -> SpanRecord:
    """A span as both have it: the store keeps messages as what their JSON says, and cost beside the span."""
    attributes = {
        name: json.loads(value) if name in CONTENT_ATTRIBUTES and isinstance(value, str) else value
        for name, value in span.attributes.items()
        if not name.startswith("verspan.cost.")
    }
    return replace(span, attributes=attributes)


def test_agent(agent: str, jaeger: Jaeger) -> None:
    """An agent's traces have their tools below them, and its failures their exceptions."""
    found = jaeger.wait_for(agent, spans=14)
    assert [outline(spans) for spans in found] == snapshot(
        [
            [("answer", ["chat gpt-4o-mini", "find_order", "chat gpt-4o-mini"])],
            [("answer", ["chat gpt-4o-mini"])],
            [("answer", ["chat gpt-4o-mini"])],
            [("answer", ["chat gpt-4o-mini"])],
            [("answer_live", ["chat gpt-4o-mini"])],
            [("answer", ["chat gpt-4o-mini"])],
        ]
    )
    assert trees(found[0]) == snapshot(
        [
            {
                "name": "answer",
                "kind": "INTERNAL",
                "attributes": {
                    "code.function.name": "__main__.Agent.answer",
                    "logged_model.id": "<id>",
                    "logged_model.name": "<name>",
                    "verspan.span.type": "AGENT",
                },
                "children": [
                    {
                        "name": "chat gpt-4o-mini",
                        "kind": "CLIENT",
                        "attributes": {
                            "gen_ai.operation.name": "chat",
                            "gen_ai.provider.name": "openai",
                            "gen_ai.request.max_tokens": 1000,
                            "gen_ai.request.model": "gpt-4o-mini",
                            "gen_ai.request.temperature": 0.7,
                            "gen_ai.response.finish_reasons": ["tool_calls"],
                            "gen_ai.response.id": "<id>",
                            "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                            "gen_ai.usage.cache_read.input_tokens": 0,
                            "gen_ai.usage.input_tokens": 134,
                            "gen_ai.usage.output_tokens": 14,
                            "gen_ai.usage.reasoning.output_tokens": 0,
                            "logged_model.id": "<id>",
                            "logged_model.name": "<name>",
                            "openai.api.type": "chat_completions",
                            "openai.response.service_tier": "default",
                            "openai.response.system_fingerprint": "fp_27bebe765c",
                            "server.address": "127.0.0.1",
                            "server.port": "<port>",
                            "verspan.cost.price_version": "<version>",
                            "verspan.cost.usd": 2.85e-05,
                        },
                    },
                    {
                        "name": "find_order",
                        "kind": "INTERNAL",
                        "attributes": {
                            "code.function.name": "__main__.find_order",
                            "logged_model.id": "<id>",
                            "logged_model.name": "<name>",
                            "verspan.span.type": "TOOL",
                        },
                    },
                    {
                        "name": "chat gpt-4o-mini",
                        "kind": "CLIENT",
                        "attributes": {
                            "gen_ai.operation.name": "chat",
                            "gen_ai.provider.name": "openai",
                            "gen_ai.request.max_tokens": 1000,
                            "gen_ai.request.model": "gpt-4o-mini",
                            "gen_ai.request.temperature": 0.7,
                            "gen_ai.response.finish_reasons": ["stop"],
                            "gen_ai.response.id": "<id>",
                            "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                            "gen_ai.usage.cache_read.input_tokens": 0,
                            "gen_ai.usage.input_tokens": 246,
                            "gen_ai.usage.output_tokens": 39,
                            "gen_ai.usage.reasoning.output_tokens": 0,
                            "logged_model.id": "<id>",
                            "logged_model.name": "<name>",
                            "openai.api.type": "chat_completions",
                            "openai.response.service_tier": "default",
                            "openai.response.system_fingerprint": "fp_27bebe765c",
                            "server.address": "127.0.0.1",
                            "server.port": "<port>",
                            "verspan.cost.price_version": "<version>",
                            "verspan.cost.usd": 6.03e-05,
                        },
                    },
                ],
            }
        ]
    )
    assert trees(found[-1]) == snapshot(
        [
            {
                "name": "answer",
                "kind": "INTERNAL",
                "attributes": {
                    "code.function.name": "__main__.Agent.answer",
                    "error.type": "BadRequestError",
                    "logged_model.id": "<id>",
                    "logged_model.name": "<name>",
                    "verspan.span.type": "AGENT",
                },
                "status": ("ERROR", "BadRequestError"),
                "events": [("exception", {"exception.type": "openai.BadRequestError"})],
                "children": [
                    {
                        "name": "chat gpt-4o-mini",
                        "kind": "CLIENT",
                        "attributes": {
                            "error.type": "BadRequestError",
                            "gen_ai.operation.name": "chat",
                            "gen_ai.provider.name": "openai",
                            "gen_ai.request.max_tokens": 20000,
                            "gen_ai.request.model": "gpt-4o-mini",
                            "gen_ai.request.temperature": 0.7,
                            "gen_ai.response.finish_reasons": ["error"],
                            "logged_model.id": "<id>",
                            "logged_model.name": "<name>",
                            "openai.api.type": "chat_completions",
                            "server.address": "127.0.0.1",
                            "server.port": "<port>",
                        },
                        "status": ("ERROR", "BadRequestError"),
                        "events": [("exception", {"exception.type": "openai.BadRequestError"})],
                    }
                ],
            }
        ]
    )


def searches() -> list[dict[str, str]]:
    """What the page about Jaeger tells to search for, but for what stands for a value of the reader's own."""
    page = (ROOT / "docs" / "jaeger.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| [^|]+ \| `(\S+=[^`…]+)`", page, re.MULTILINE)
    return [dict(tag.split("=") for tag in tags.split()) for tags in shown]


@pytest.mark.parametrize("tags", searches(), ids=" ".join)
def test_searches(agent: str, jaeger: Jaeger, tags: dict[str, str]) -> None:
    """Every search that the page about Jaeger shows finds something of the agent that it is shown for."""
    jaeger.wait_for(agent, spans=14)
    found = {span.trace_id for spans in jaeger.search(tags) for span in spans}
    assert found & {span.trace_id for spans in jaeger.find(agent) for span in spans}
