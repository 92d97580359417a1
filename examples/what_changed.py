"""What changed between two versions: parameters and a prompt, as a program sees it and as a pull request shows it."""

from __future__ import annotations

import verspan
from verspan.diffing.rendering.markdown import rendered_markdown


def release(name: str, temperature: str, manner: str) -> None:
    """A version with its parameters, and the prompt that it answers with."""
    with verspan.active_model(name) as version:
        verspan.log_model_params({"temperature": temperature}, model_id=version.model_id)
        verspan.register_prompt("what-changed", f"You help the customers of a tea shop.\n{manner}\n")
        verspan.load_prompt("prompts:/what-changed@latest").format()


if __name__ == "__main__":
    verspan.set_experiment("examples")
    release("what-changed-v1", "0.7", "Be kind and short.")
    release("what-changed-v2", "0.2", "Be kind and exact.")
    verspan.flush()
    diff = verspan.diff("what-changed-v1", "what-changed-v2", only=["params", "prompts"])
    if diff.params:
        for name, change in diff.params.changed.items():
            print(f"{name}: {change.before} -> {change.after}")
    print(rendered_markdown(diff))
