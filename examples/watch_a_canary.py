"""A canary that fails too often: its traffic is followed until that is shown, and seen in a trend afterwards.

    python watch_a_canary.py

It needs `pip install 'verspan[compare]'`. In production both versions serve their users elsewhere, and this is

    verspan watch --baseline shop-v1 --candidate shop-v2 --env production
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timezone

import verspan

REQUESTS = 200


def serve(version: str, failing: int) -> None:
    """Requests that a version answers, of which every so manieth fails."""
    with verspan.active_model(version):
        for number in range(REQUESTS):
            with suppress(LookupError), verspan.start_span("answer"):
                if number % failing == 0:
                    raise LookupError("no such order")
    verspan.flush()


def main() -> None:
    """Serve with both versions, and follow them until there is a verdict."""
    verspan.set_experiment("examples")
    began = datetime.now(timezone.utc)
    serve("shop-v1", failing=50)
    serve("shop-v2", failing=3)
    verdict = None
    for look in verspan.watch("shop-v1", "shop-v2", since=began, every_s=5, duration_s=60):
        print(look)
        verdict = look.judgement.verdict.value
    print(f"the canary: {verdict}")
    print(verspan.trend("error rate", versions=["shop-v1", "shop-v2"]))


if __name__ == "__main__":
    main()
