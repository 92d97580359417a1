"""Try a change before it is committed, and get the state that was tried back later.

    python try_and_go_back.py

Each state of the code is a version of its own, dirty ones included, and any of them can be recreated in a folder.
"""

from __future__ import annotations

from pathlib import Path

import verspan

PROMPT = Path(__file__).with_name("prompt.txt")


def answer(question: str) -> str:
    """What the agent says."""
    with verspan.start_span("answer") as span:
        span.set_inputs({"question": question})
        return f"{PROMPT.read_text()} {question}"


def main() -> None:
    """Try two prompts, and go back to the first."""
    verspan.set_experiment("kettle-and-leaf")
    tried = []
    for prompt in ("Be brief.", "Be kind."):
        PROMPT.write_text(prompt)
        with verspan.enable_git_model_versioning() as versioning:
            answer("Where is my parcel?")
            tried.append(versioning.active_model.name)
    print("two versions:", len(set(tried)))

    made = verspan.checkout(tried[0], "first")
    print("as it was:", made.exact)
    print("its prompt:", next(made.directory.rglob(PROMPT.name)).read_text())


if __name__ == "__main__":
    main()
