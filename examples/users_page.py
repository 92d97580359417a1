"""The first page of the documentation: each call of the client is a trace, and carries the active version."""
# The page stands here as it is printed everywhere, so what it imports and how it breaks lines stays.
# ruff: noqa: E401, I001, S607
# fmt: off

import verspan
import openai, subprocess

questions = [
    "Can I get my money back?",
    "My cup came cracked. What now?",
    "How long does delivery take?",
    "How hot should the water be for green tea?",
    "Which tea would you recommend as a gift?",
]

verspan.set_experiment("my-genai-app")
git_commit = subprocess.check_output(["git", "rev-parse", "HEAD"]).decode("ascii").strip()[:8]
verspan.set_active_model(name=f"customer_support_agent-{git_commit}")
verspan.openai.autolog()

client = openai.OpenAI()
for question in questions:
    client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": question}],
                                   temperature=0.7, max_tokens=1000)
