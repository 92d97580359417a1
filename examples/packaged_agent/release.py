"""Package a version of the agent, call it as any other process would, and say how to serve it.

Run it from anywhere::

    python examples/packaged_agent/release.py
"""

from pathlib import Path

import verspan

verspan.set_experiment("examples")
verspan.openai.autolog()

version = verspan.set_active_model(name="packaged-agent-v1")
made = verspan.package(
    entry_point="shop_agent:answer",
    code_paths=[Path(__file__).parent / "shop_agent.py"],
    config={"model": "gpt-4o-mini"},
    # requirements=["openai>=2"] locks what it runs with, and `verspan serve` makes an environment of it.
)
verspan.log_text("Answers questions about tea.", "README.md")

# From here on it might be another process on another machine: the package is all that is needed.
answer = verspan.load_model(version.model_id, trust=made.digest)
print(answer("How hot should the water be for green tea?"))

print(f"\nagree to it: verspan package trust {made.digest}")
print(f"serve it:    verspan serve {version.name}")
