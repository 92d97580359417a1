"""The service in front: it takes a customer's question to the service behind, in the customer's session.

OpenTelemetry's instrumentation of httpx writes the headers; the version and the session are in ``baggage``, since the
service behind is on a host of our own.
"""

from __future__ import annotations

import os

import httpx
from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

import verspan

verspan.set_experiment("examples")
verspan.set_active_model(name="shop-v1")
verspan.autolog()

app = FastAPI()
FastAPIInstrumentor.instrument_app(app, exclude_spans=["send", "receive"])
HTTPXClientInstrumentor().instrument()
back = httpx.AsyncClient(base_url=os.environ.get("BACK_URL", "http://localhost:8001"), timeout=60)


@app.get("/chat")
async def chat(question: str, session: str) -> str:
    """Answer a question."""
    verspan.update_current_trace(session_id=session)
    answer = await back.get("/answers", params={"question": question})
    answer.raise_for_status()
    return str(answer.json())
