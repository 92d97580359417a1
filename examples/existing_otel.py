"""An application that has OpenTelemetry already: Verspan joins its provider, and its own exporter sends every span.

Besides the spans of its requests, one named ``logged_model.registered`` is sent once for each version: the
version's record (name, commit, branch, parameters), for whoever gets nothing but spans. The local store keeps it with
the versions and not among the traces.
"""

from __future__ import annotations

import openai
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

import verspan


def set_up_tracing() -> None:
    """What the application had before it knew of Verspan; with an OTLPSpanExporter it is the same."""
    provider = TracerProvider(resource=Resource.create({"service.name": "tea-shop"}))
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    trace.set_tracer_provider(provider)


def handle_request(client: openai.OpenAI, question: str) -> str | None:
    """The application's own span; it carries the version as the client's spans below it do."""
    with trace.get_tracer("tea-shop").start_as_current_span("POST /questions"):
        reply = client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
        return reply.choices[0].message.content


if __name__ == "__main__":
    set_up_tracing()
    verspan.set_experiment("examples")
    verspan.set_active_model(name="existing-otel-v1")
    verspan.openai.autolog()
    with openai.OpenAI() as openai_client:
        handle_request(openai_client, "Can I get my money back?")
