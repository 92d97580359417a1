"""Three settings are tried, each as a version with parameters and a measurement; the best one becomes the champion."""

from __future__ import annotations

import openai

import verspan

QUESTIONS = ["Can I get my money back?", "How long is delivery?"]


def words_per_answer(client: openai.OpenAI, name: str, max_tokens: int) -> float:
    """Answer the questions as one version does, and count."""
    with verspan.active_model(name=name):
        replies = [
            client.chat.completions.create(
                model="gpt-4o-mini", messages=[{"role": "user", "content": question}], max_tokens=max_tokens
            )
            for question in QUESTIONS
        ]
    return sum(len((reply.choices[0].message.content or "").split()) for reply in replies) / len(QUESTIONS)


def main() -> None:
    """Try, measure, choose."""
    client = openai.OpenAI()
    for max_tokens in (100, 200, 400):
        model = verspan.initialize_logged_model(f"answers-{max_tokens}", params={"max_tokens": str(max_tokens)})
        verspan.log_metric("words", words_per_answer(client, model.name, max_tokens), model_id=model.model_id)
        verspan.finalize_logged_model(model.model_id, "READY")
    (best,) = verspan.search_logged_models(
        filter_string="status = 'READY' AND name LIKE 'answers-%'", order_by=["metrics.words", "name"], max_results=1
    )
    verspan.set_logged_model_alias(best.model_id, "champion")
    verspan.set_logged_model_note(best.model_id, "the shortest answers")
    champion = verspan.get_logged_model("examples@champion")
    print(f"{champion.name} {dict(champion.params)}: verspan models show examples@champion")


if __name__ == "__main__":
    verspan.set_experiment("examples")
    verspan.openai.autolog()
    main()
