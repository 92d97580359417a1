"""An application that knows nothing of Verspan, traced with no line changed.

Start it by ``verspan run python app.py`` or ``opentelemetry-instrument python app.py``. Its traces carry the version
that ``VERSPAN_ACTIVE_MODEL`` names, or else the folder and what git calls its state.
"""

from __future__ import annotations

import openai


def main() -> None:
    """Answer a customer, and translate the answer."""
    with openai.OpenAI() as client:
        reply = client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "My pot came broken. What now?"}]
        )
        answer = reply.choices[0].message.content or ""
        translation = client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "system", "content": "Translate to French."}, {"role": "user", "content": answer}],
        )
    print(translation.choices[0].message.content)


if __name__ == "__main__":
    main()
