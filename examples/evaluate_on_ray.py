"""An evaluation on Ray: the calls are made by its workers, and their spans and costs are the run's.

    pip install verspan[openai] ray
    python examples/evaluate_on_ray.py [ADDRESS]

Without an address Ray is started on this machine. Workers have Verspan and the packages of the function installed, and
write where their own environment says: to the same store on one machine, and to a collector
(``OTEL_EXPORTER_OTLP_ENDPOINT``) where they are on several.
"""

from __future__ import annotations

import sys

import openai
import ray  # type: ignore[import-not-found]  # where it is checked it is not installed

import verspan
from verspan.evaluation.executors import RayExecutor

DATA = [{"inputs": {"question": f"Where is parcel {number}?"}} for number in range(30)]


def answer(question: str) -> str | None:
    """Ask the model; this runs in a worker."""
    verspan.openai.autolog()  # what is switched on in this process is not in another
    with openai.OpenAI() as client:
        reply = client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": question}])
        return reply.choices[0].message.content


@verspan.scorer
def answers_at_all(outputs: str) -> bool:
    """Whether there is anything in the answer."""
    return bool(outputs)


def main(*address: str) -> None:
    """Evaluate, and print what it came to."""
    ray.init(*address, **({} if address else {"num_cpus": 3, "include_dashboard": False}), log_to_driver=False)
    try:
        executor = RayExecutor(num_cpus=1)
        print(verspan.evaluate(DATA, answer, [answers_at_all], "parcels-v1", executor=executor, concurrency=12))
    finally:
        ray.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
