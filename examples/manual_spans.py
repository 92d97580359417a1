"""Spans by hand: a decorated function, a block, and what to find the trace by later."""

from __future__ import annotations

import openai

import verspan

SHELF = {
    "green": "Sencha Morning: seventy degrees, two minutes.",
    "black": "Assam Breakfast: boiling water, four minutes.",
}


@verspan.trace(span_type="RETRIEVER")
def look_up(question: str) -> list[str]:
    """The lines of the handbook that have to do with a question; inputs and outputs are recorded."""
    return [line for word, line in SHELF.items() if word in question.lower()]


@verspan.trace
def answer(client: openai.OpenAI, question: str, *, user_id: str, session_id: str) -> str:
    """Answer from the handbook."""
    verspan.update_current_trace(tags={"channel": "chat"}, user_id=user_id, session_id=session_id)
    lines = look_up(question)
    reply = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[
            {"role": "system", "content": "Be brief. The handbook says: " + " ".join(lines)},
            {"role": "user", "content": question},
        ],
    )
    with verspan.start_span(name="check", span_type="CHAIN") as span:
        text = reply.choices[0].message.content or ""
        span.set_inputs({"answer": text})
        span.set_outputs({"polite": not text.isupper()})
    return text


if __name__ == "__main__":
    verspan.set_experiment("examples")
    verspan.set_active_model(name="manual-spans-v1")
    verspan.openai.autolog()
    with openai.OpenAI() as openai_client:
        print(answer(openai_client, "How do I brew green tea?", user_id="u-17", session_id="s-1"))
    trace_id = verspan.get_last_active_trace_id()
    print(f"verspan trace {trace_id}")
