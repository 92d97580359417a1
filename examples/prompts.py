"""Prompts from the registry: a new version behind an alias, and which calls were made from which."""

from __future__ import annotations

import openai

import verspan

QUESTION = "How do I brew green tea?"


def register() -> None:
    """What a pull request, or somebody at a desk, does: a new version, tried first, then made the one in use."""
    for manner in ("Be brief.", "Be brief, and name the temperature."):
        verspan.register_prompt(
            "tea-shop",
            [
                {"role": "system", "content": f"You help the customers of a {{{{ shop }}}}. {manner}"},
                {"role": "user", "content": "{{ question }}"},
            ],
            commit_message=manner,
            model_config={"model_name": "gpt-4o-mini", "temperature": 0.2},
            variables=[
                verspan.PromptVariable("shop", "string", default="tea shop"),
                verspan.PromptVariable("question", "string"),
            ],
        )
    verspan.set_prompt_alias("tea-shop", "production", 1)
    verspan.set_prompt_alias("tea-shop", "production", 2)


@verspan.trace
def answer(client: openai.OpenAI, question: str) -> str:
    """Answer with the prompt that is in use; the span of the call tells which version that was."""
    prompt = verspan.load_prompt("prompts:/tea-shop@production")
    config = prompt.model_config or {}
    reply = client.chat.completions.create(
        model=config["model_name"], temperature=config["temperature"], messages=prompt.format(question=question)
    )
    return reply.choices[0].message.content or ""


if __name__ == "__main__":
    verspan.set_experiment("examples")
    verspan.set_active_model(name="prompts-v1")
    verspan.openai.autolog()
    register()
    with openai.OpenAI() as openai_client:
        print(answer(openai_client, QUESTION))
    for field in verspan.diff_prompts("tea-shop/1", "tea-shop@production").messages[0].lines:
        print(f"was: {field.before}\nis: {field.after}")
