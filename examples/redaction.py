"""Redaction: what must not be kept is taken out before anything is written, and the model is asked all the same."""

from __future__ import annotations

import re

import openai

import verspan
from verspan.redaction import Rule


@verspan.trace
def answer(question: str) -> str:
    """Answer a question; its arguments, the messages and the answer are recorded, redacted."""
    verspan.update_current_trace(user_id="ann@example.com")
    with openai.OpenAI() as client:
        reply = client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
    return reply.choices[0].message.content or ""


if __name__ == "__main__":
    verspan.set_experiment("examples")
    verspan.set_active_model(name="redaction-v1")
    verspan.configure(
        redact=[
            *("keys", "email", "phone", "card"),  # built in
            re.compile(r"\bDE\d{20}\b"),  # anything of this form becomes [redacted]
            Rule("order", r"\bORD-\d+"),  # and of this form [order]
            lambda text: text.replace("Ann", "A."),  # and a function may do anything
        ]
    )
    verspan.openai.autolog()
    answer("Can I get my money back for ORD-4711? Ann, ann@example.com, +1 555 010 4000, card 4111 1111 1111 1111.")
    trace = verspan.get_trace(verspan.get_last_active_trace_id() or "")
    print(trace.summary.request_preview)
