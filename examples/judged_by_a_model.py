"""Two versions are judged by a model, preferred by it in both orders, and the judge is held against a person.

    python judged_by_a_model.py

It needs `pip install 'verspan[compare]'`. The model is a function here, which costs nothing and knows little; in its
place would stand `model="openai:/gpt-4o-mini"`. It is asked exactly what a model is asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import verspan
from verspan.scorers import Correctness, Guidelines, Pairwise

CAPITALS = {"France": "Paris", "Japan": "Tokyo", "Peru": "Lima", "Kenya": "Nairobi", "Norway": "Oslo", "Cuba": "Havana"}


def brief(country: str) -> str:
    """The version that is in use."""
    return CAPITALS[country]


def kind(country: str) -> str:
    """The version that is to replace it: friendlier, and wrong about one country."""
    city = "Rio" if country == "Peru" else CAPITALS[country]
    return f"The capital of {country} is {city}. Have a good trip!"


def text(messages: Sequence[Mapping[str, str]], name: str) -> str:
    """One of the texts that a judge is asked about."""
    return messages[-1]["content"].split(f"<{name} ")[1].split("\n")[1]


def careful_model(messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> str:
    """Judge as a model would that is careful, and has no sense of manners."""
    found: bool | str = True
    if "enum" in schema["properties"]["value"]:
        first, second = len(text(messages, "first")), len(text(messages, "second"))
        found = "first" if first > second else "second"
    elif "<expected " in messages[-1]["content"]:
        found = text(messages, "expected") in text(messages, "outputs")
    return json.dumps({"rationale": "So it says.", "value": found})


def main() -> None:
    """Evaluate, prefer, and ask a person."""
    verspan.set_experiment("examples")
    rows = [{"inputs": {"country": each}, "expectations": {"expected_response": CAPITALS[each]}} for each in CAPITALS]
    judges = [
        Correctness(call=careful_model, model="careful"),
        Guidelines(call=careful_model, model="careful", guidelines=["Wish the traveller well."]),
    ]
    results = verspan.evaluate(rows, {"capitals-v1": brief, "capitals-v2": kind}, judges)
    for version, result in results.items():
        print(version, dict(result.metrics))
    print(Pairwise(call=careful_model, model="careful").compare(results["capitals-v1"], results["capitals-v2"]))

    ann = verspan.AssessmentSource(verspan.AssessmentSourceType.HUMAN, "ann")
    for result in results.values():
        for row in result.rows:
            wishes = "trip" in row.outputs
            verspan.log_feedback(trace_id=str(row.trace_id), name="guidelines", value=wishes, source=ann)
    agreement = verspan.measure_agreement("guidelines")
    (judge,) = agreement.judges
    if judge.kappa is not None:
        print(f"kappa {judge.kappa.value:.2f}: the judge finds everything kind, and is no use")
    print("all of it: verspan agreement guidelines")


if __name__ == "__main__":
    main()
