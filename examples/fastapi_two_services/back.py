"""The service behind: it asks the model. It has a version of its own, which all its spans carry.

The version of whoever called it stands beside, in ``logged_model.caller.id``.
"""

from __future__ import annotations

import openai
from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

import verspan

verspan.set_experiment("examples")
verspan.set_active_model(name="answers-v3")
verspan.autolog()

app = FastAPI()
FastAPIInstrumentor.instrument_app(app, exclude_spans=["send", "receive"])
client = openai.AsyncOpenAI()


@app.get("/answers")
async def answers(question: str) -> str:
    """Have the model answer."""
    completion = await client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    return completion.choices[0].message.content or ""
