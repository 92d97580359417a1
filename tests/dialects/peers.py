"""The instrumentors that are recorded: how each is switched on, and the calls that are made under it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.dialects.server import ANSWERS

OPENAI_CASES = ("text", "tools", "stream", "error", "embeddings", "responses")
Run = Callable[[str], None]
_KEY = "sk-synthetic"


@dataclass(frozen=True)
class Peer:
    """An instrumentor, or a set of them, and the cases it is recorded with."""

    start: Callable[[str], Run]
    """Switches it on for the server at an address; what comes back makes the calls of a case, and sends the spans."""
    cases: Sequence[str] = OPENAI_CASES
    packages: Sequence[str] = ()
    node_packages: Sequence[str] = ()


def _call_openai(url: str, case: str) -> None:
    import openai

    client = openai.OpenAI(api_key=_KEY, base_url=f"{url}/v1", max_retries=0)
    request, path = ANSWERS[case]["request"], ANSWERS[case]["path"]
    create: Mapping[str, Callable[..., Any]] = {
        "/v1/chat/completions": client.chat.completions.create,
        "/v1/embeddings": client.embeddings.create,
        "/v1/responses": client.responses.create,
    }
    try:
        answer = create[path](**request)
        if request.get("stream"):
            list(answer)
    except openai.NotFoundError:
        pass
    client.close()


def _call_anthropic(url: str, case: str) -> None:
    import anthropic

    client = anthropic.Anthropic(api_key=_KEY, base_url=url, max_retries=0)
    client.messages.create(**ANSWERS[case]["request"])
    client.close()


def _provider() -> Any:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


def _instrumented(module: str, name: str, environment: Mapping[str, str], call: Callable[[str, str], None]) -> Any:
    def start(url: str) -> Run:
        from importlib import import_module

        os.environ.update(environment)
        getattr(import_module(module), name)().instrument(tracer_provider=_provider())
        return partial(call, url)

    return start


def _native_anthropic(url: str) -> Run:
    os.environ["ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE"] = "content"
    _provider()
    return partial(_call_anthropic, url)


def _logfire(url: str) -> Run:
    import logfire  # type: ignore[import-not-found, unused-ignore] # in an environment of its own

    logfire.configure(send_to_logfire=False, console=False, metrics=False)  # it sees the endpoint in the environment
    logfire.instrument_openai()
    logfire.instrument_anthropic()
    logfire.instrument_pydantic_ai()

    def run(case: str) -> None:
        if case == "agent":
            _run_agent(url)
        elif case == "message":
            _call_anthropic(url, case)
        else:
            _call_openai(url, case)
        logfire.force_flush()

    return run


def _run_agent(url: str) -> None:
    """An agent of pydantic-ai that calls a tool, under a client that nobody instruments."""
    import asyncio

    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    model = OpenAIChatModel("gpt-4o-mini", provider=OpenAIProvider(api_key=_KEY, base_url=f"{url}/v1"))
    agent = Agent(model, name="weather_agent", instructions="You help travellers.")

    @agent.tool_plain  # type: ignore[untyped-decorator, unused-ignore] # of a package in another environment
    def get_weather(city: str) -> str:
        """The weather of a city."""
        return f"Snow in {city}."

    asyncio.run(agent.run(ANSWERS["agent"]["request"]["messages"][0]["content"]))


def _pydantic_ai(_url: str, *, instrumentation_version: int) -> Run:
    from pydantic_ai import Agent, InstrumentationSettings

    provider = _provider()
    settings = InstrumentationSettings(tracer_provider=provider, version=instrumentation_version)
    Agent.instrument_all(settings)
    return lambda _case: _run_agent(_url)


def _langchain(url: str, case: str) -> None:
    """A chain of a prompt, a model and a parser, and a tool by itself."""
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_core.tools import tool
    from langchain_openai import ChatOpenAI

    @tool  # type: ignore[untyped-decorator, unused-ignore] # likewise
    def get_weather(city: str) -> str:
        """The weather of a city."""
        return f"Snow in {city}."

    if case == "tool":
        get_weather.invoke({"city": "Oslo"})
        return
    prompt = ChatPromptTemplate.from_messages([("system", "You help travellers."), ("user", "{question}")])
    model = ChatOpenAI(model="gpt-4o-mini", api_key=_KEY, base_url=f"{url}/v1", max_retries=0, temperature=0.7)
    (prompt | model | StrOutputParser()).invoke({"question": "What is the weather in Paris?"})


def _mlflow(url: str) -> Run:
    os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"
    del os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]  # where metrics would go too, for which it wants the whole of MLflow
    os.environ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = f"{url}/v1/traces"
    os.environ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf"
    import mlflow
    from mlflow.tracing.provider import provider

    mlflow.openai.autolog()
    mlflow.anthropic.autolog()

    def run(case: str) -> None:
        if case == "agent":
            _mlflow_agent(mlflow, url)
        elif case == "message":
            _call_anthropic(url, case)
        else:
            _call_openai(url, case)
        provider.get().force_flush()

    return run


def _mlflow_agent(mlflow: Any, url: str) -> None:
    """Spans by hand around a call: an agent and a tool."""

    @mlflow.trace(span_type="TOOL", name="get_weather")  # type: ignore[untyped-decorator, unused-ignore] # likewise
    def get_weather(city: str) -> str:
        return f"Snow in {city}."

    @mlflow.trace(span_type="AGENT", name="weather_agent")  # type: ignore[untyped-decorator, unused-ignore] # likewise
    def answer(question: str) -> str:
        mlflow.update_current_trace(session_id="session-1", user="ada")
        _call_openai(url, "agent")
        return f"{question} {get_weather('Oslo')}"

    answer("What is the weather in Oslo?")


def _vercel(url: str, *, script: str) -> Run:
    folder = Path(__file__).parent / "vercel"

    def run(case: str) -> None:
        subprocess.run(["node", script, url, case, str(folder.parent / "answers.json")], cwd=folder, check=True)

    return run


_OPENAI = ("openai",)
_V1 = "opentelemetry.instrumentation."
_CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
PEERS: Mapping[str, Peer] = {
    "openinference-openai": Peer(
        _instrumented("openinference.instrumentation.openai", "OpenAIInstrumentor", {}, _call_openai),
        packages=(*_OPENAI, "openinference-instrumentation-openai"),
    ),
    "openinference-anthropic": Peer(
        _instrumented("openinference.instrumentation.anthropic", "AnthropicInstrumentor", {}, _call_anthropic),
        ("message",),
        ("anthropic", "openinference-instrumentation-anthropic"),
    ),
    "openllmetry-openai": Peer(
        _instrumented(_V1 + "openai", "OpenAIInstrumentor", {}, _call_openai),
        packages=(*_OPENAI, "opentelemetry-instrumentation-openai"),
    ),
    "openllmetry-anthropic": Peer(
        _instrumented(_V1 + "anthropic", "AnthropicInstrumentor", {}, _call_anthropic),
        ("message",),
        ("anthropic", "opentelemetry-instrumentation-anthropic"),
    ),
    "openinference-langchain": Peer(
        _instrumented("openinference.instrumentation.langchain", "LangChainInstrumentor", {}, _langchain),
        ("text", "tool"),
        ("langchain-core", "langchain-openai", "openinference-instrumentation-langchain"),
    ),
    "openllmetry-langchain": Peer(
        _instrumented(_V1 + "langchain", "LangchainInstrumentor", {}, _langchain),
        ("text", "tool"),
        ("langchain-core", "langchain-openai", "opentelemetry-instrumentation-langchain"),
    ),
    "openllmetry-older-openai": Peer(
        _instrumented(_V1 + "openai", "OpenAIInstrumentor", {}, _call_openai),
        packages=(*_OPENAI, "opentelemetry-instrumentation-openai"),
    ),
    "openllmetry-older-anthropic": Peer(
        _instrumented(_V1 + "anthropic", "AnthropicInstrumentor", {}, _call_anthropic),
        ("message",),
        ("anthropic", "opentelemetry-instrumentation-anthropic"),
    ),
    "genai-openai": Peer(
        _instrumented(_V1 + "genai.openai", "OpenAIInstrumentor", {_CONTENT: "SPAN_ONLY"}, _call_openai),
        packages=(*_OPENAI, "opentelemetry-instrumentation-genai-openai", "opentelemetry-util-genai"),
    ),
    "openai-v2": Peer(
        _instrumented(_V1 + "openai_v2", "OpenAIInstrumentor", {_CONTENT: "true"}, _call_openai),
        packages=(*_OPENAI, "opentelemetry-instrumentation-openai-v2", "opentelemetry-util-genai"),
    ),
    "openai-v2-latest": Peer(
        _instrumented(
            _V1 + "openai_v2",
            "OpenAIInstrumentor",
            {_CONTENT: "SPAN_ONLY", "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental"},
            _call_openai,
        ),
        packages=(*_OPENAI, "opentelemetry-instrumentation-openai-v2", "opentelemetry-util-genai"),
    ),
    "anthropic-native": Peer(_native_anthropic, ("message",), ("anthropic",)),
    "logfire": Peer(
        _logfire, (*OPENAI_CASES, "message", "agent"), ("logfire", "openai", "anthropic", "pydantic-ai-slim")
    ),
    "pydantic-ai-2": Peer(partial(_pydantic_ai, instrumentation_version=2), ("agent",), ("pydantic-ai-slim",)),
    "pydantic-ai-5": Peer(partial(_pydantic_ai, instrumentation_version=5), ("agent",), ("pydantic-ai-slim",)),
    "mlflow": Peer(_mlflow, (*OPENAI_CASES, "message", "agent"), ("mlflow-tracing", "openai", "anthropic")),
    "vercel-6": Peer(
        partial(_vercel, script="ai6.mjs"),
        ("text", "stream", "error", "embeddings", "agent"),
        node_packages=("node_modules/ai", "node_modules/@ai-sdk/openai"),
    ),
    "vercel-7": Peer(
        partial(_vercel, script="ai7.mjs"),
        ("text", "stream", "error", "embeddings", "agent"),
        node_packages=("node_modules/ai7", "node_modules/@ai-sdk/otel", "node_modules/openai7"),
    ),
}
"""By the name of the file that they are recorded in."""
