"""What was live when: two releases and a rollback, as the ledger has them, and what traffic shows beside it."""

from __future__ import annotations

import os

# Usually the environment of the process says where it runs; it is read when the first span starts.
os.environ.setdefault("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=production")

import verspan


@verspan.trace
def answer(question: str) -> str:
    """Answer one question."""
    return f"Thank you for asking: {question}"


def main() -> None:
    """Deploy two versions, go back to the first, and ask what was live."""
    verspan.set_experiment("examples")
    for name, day in (("shop-v1", "2026-11-02"), ("shop-v2", "2026-11-04")):
        verspan.deploy(verspan.set_active_model(name=name), "production", at=f"{day}T09:00Z", note="weekly release")
    verspan.rollback("production", at="2026-11-04T15:00Z", note="answers in the wrong language")

    answer("How long is delivery?")  # by shop-v2, which is still the active version here
    verspan.flush()

    for moment in ("2026-11-03T12:00Z", "2026-11-04T12:00Z", "2026-11-05T12:00Z"):
        (live,) = verspan.live(moment, "production")
        print(moment, *(version.model_name for version in live.versions))
    for contradiction in verspan.deployment_history("production").contradictions:
        print(f"{contradiction.model_name}: {contradiction.what}")


if __name__ == "__main__":
    main()
