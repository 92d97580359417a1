"""An application that says a secret of its own through every channel; tests run it in processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import openai
from opentelemetry import trace
from opentelemetry._logs import LogRecord, get_logger, set_logger_provider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import ConsoleLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.trace import Status, StatusCode

import verspan

logging.basicConfig(format="%(levelname)s %(name)s %(message)s", level=logging.INFO)
logging.getLogger("httpx").setLevel(logging.WARNING)
CHANNELS: dict[str, Callable[[openai.OpenAI, str], Any]] = {}


def secret_of(channel: str) -> str:
    """What must not be found: an address that only this channel is given."""
    return f"{channel.replace('_', '.')}@secret.example"


def channel(say: Callable[[openai.OpenAI, str], Any]) -> Callable[[openai.OpenAI, str], Any]:
    """Make a function a channel, by its name."""
    CHANNELS[say.__name__] = say
    return say


def ask(client: openai.OpenAI, *messages: dict[str, Any], **others: Any) -> Any:
    """Call the model, which says the last message back."""
    asked: dict[str, Any] = {"model": "echo", "messages": list(messages), **others}
    return client.chat.completions.create(**asked)


@channel
def message(client: openai.OpenAI, secret: str) -> None:
    """In what is asked."""
    ask(client, {"role": "user", "content": f"Write to {secret}."}, {"role": "user", "content": "Now."})


@channel
def system_prompt(client: openai.OpenAI, secret: str) -> None:
    """In the instructions."""
    ask(client, {"role": "system", "content": f"You are {secret}."}, {"role": "user", "content": "Hello."})


@channel
def tool_definition(client: openai.OpenAI, secret: str) -> None:
    """In what a tool is for."""
    tool = {"type": "function", "function": {"name": "mail", "description": f"Mail to {secret}", "parameters": {}}}
    ask(client, {"role": "user", "content": "Mail."}, tools=[tool])


@channel
def reply(client: openai.OpenAI, secret: str) -> None:
    """In what is asked and what is answered."""
    ask(client, {"role": "user", "content": f"Say {secret}."})


@channel
def tool_call(client: openai.OpenAI, secret: str) -> None:
    """In the arguments that the model calls a tool with, which are JSON in JSON."""
    tool = {"type": "function", "function": {"name": "mail", "parameters": {"type": "object"}}}
    ask(client, {"role": "user", "content": f"Mail to {secret}."}, tools=[tool])


@channel
def stream(client: openai.OpenAI, secret: str) -> None:
    """In the chunks of an answer, none of which has all of it."""
    for _ in ask(client, {"role": "user", "content": f"Say {secret}."}, stream=True):
        pass


@channel
def stop_sequence(client: openai.OpenAI, secret: str) -> None:
    """In a parameter of the call."""
    ask(client, {"role": "user", "content": "Hello."}, stop=[secret])


@channel
def refusal(client: openai.OpenAI, secret: str) -> None:
    """In the error that the API answers with, which quotes what was asked."""
    with contextlib.suppress(openai.BadRequestError):
        ask(client, {"role": "user", "content": secret}, model="refusing")


@channel
def exception(client: openai.OpenAI, secret: str) -> None:
    """In an exception's message and its stack trace."""

    @verspan.trace
    def fail() -> None:
        raise ValueError(f"cannot write to {secret}")

    with contextlib.suppress(ValueError):
        fail()


@channel
def status(client: openai.OpenAI, secret: str) -> None:
    """In what a status says."""
    with verspan.start_span("step") as span:
        span.set_status("ERROR", f"no answer from {secret}")


@channel
def argument(client: openai.OpenAI, secret: str) -> None:
    """In an argument of a traced function."""

    @verspan.trace
    def write(to: str) -> int:
        return len(to)

    write(secret)


@channel
def result(client: openai.OpenAI, secret: str) -> None:
    """In what a traced function returns."""

    @verspan.trace
    def look_up() -> dict[str, str]:
        return {"mail": secret}

    look_up()


@channel
def yielded(client: openai.OpenAI, secret: str) -> None:
    """In what traced generators yield."""

    @verspan.trace
    def addresses() -> Iterator[str]:
        yield secret

    @verspan.trace
    async def later() -> AsyncIterator[str]:
        yield secret

    async def read() -> None:
        async for _ in later():
            pass

    list(addresses())
    asyncio.run(read())


@channel
def by_hand(client: openai.OpenAI, secret: str) -> None:
    """In the name, the attributes and the events of a span by hand."""
    with verspan.start_span(f"write to {secret}", attributes={"first": secret}) as span:
        span.set_attribute("then", [secret])
        span.set_attributes({"last": {"deep": secret}})
        span.add_event("sent", {"to": secret})
        span.set_inputs({"to": secret})
        span.set_outputs([secret])


@channel
def about_the_trace(client: openai.OpenAI, secret: str) -> None:
    """In tags, metadata, session and user, which later spans carry too."""
    with verspan.start_span("visit"):
        verspan.update_current_trace(tags={"to": secret}, metadata={"by": secret}, session_id=secret, user_id=secret)
        with verspan.start_span("later"):
            pass


@channel
def foreign_span(client: openai.OpenAI, secret: str) -> None:
    """In whatever a span of another instrumentation holds."""
    tracer = trace.get_tracer("other")
    with tracer.start_as_current_span(f"GET /{secret}", attributes={"url.full": f"https://a/?to={secret}"}) as span:
        span.add_event("sent", {"to": secret})
        span.set_attribute("input.value", f'{{"to": ["{secret}"]}}')
        span.set_status(Status(StatusCode.ERROR, secret))
        span.record_exception(ValueError(secret))


@channel
def foreign_event(client: openai.OpenAI, secret: str) -> None:
    """In an event of another instrumentation."""
    get_logger("other").emit(LogRecord(event_name="said", body={"to": secret}, attributes={"to": [secret]}))


def own_providers() -> None:
    """Print the application's own spans and events, as one that had telemetry before may do."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    trace.set_tracer_provider(provider)
    loggers = LoggerProvider()
    loggers.add_log_record_processor(SimpleLogRecordProcessor(ConsoleLogRecordExporter()))
    set_logger_provider(loggers)


def main() -> None:
    """Say everything, and end as the environment tells."""
    if os.environ.get("PROVIDERS") == "own":
        own_providers()
    verspan.set_active_model(name="channels-v1")
    verspan.openai.autolog()
    with openai.OpenAI(api_key="none", max_retries=0) as client:
        for name, say in CHANNELS.items():
            say(client, secret_of(name))
    if os.environ.get("END") == "killed":
        os._exit(0)
    verspan.flush(20)


if __name__ == "__main__":
    main()
