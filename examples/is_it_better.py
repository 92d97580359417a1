"""Two versions answer the same forty questions in turns: is the later one better, how sure is that, and where not?

    python is_it_better.py

It needs `pip install 'verspan[compare]'`. What the questions should be answered with stands beside them.
"""

from __future__ import annotations

import verspan

TEAS = {"black": 95, "green": 80, "white": 75, "oolong": 90}
QUESTIONS = [(tea, cups) for tea in TEAS for cups in range(1, 11)]


def careful(tea: str, cups: int) -> str:
    """The version that is in use: right about the temperature, and brief."""
    return f"{cups} x {tea}: {TEAS[tea]} °C"


def chatty(tea: str, cups: int) -> str:
    """The version that is to replace it: it thinks that every tea is a black one, but for the white."""
    return f"For {cups} cups of {tea} tea, take {TEAS['white' if tea == 'white' else 'black']} °C. Enjoy!"


@verspan.scorer
def right(outputs: str, expectations: dict[str, str]) -> bool:
    """Whether the temperature is the one that is expected."""
    return expectations["temperature"] in outputs


def main() -> None:
    """Evaluate both, compare, and show the rows that are worst off."""
    verspan.set_experiment("examples")
    rows = [
        {"inputs": {"tea": tea, "cups": cups}, "expectations": {"temperature": f"{TEAS[tea]} °C"}}
        for tea, cups in QUESTIONS
    ]
    results = verspan.evaluate(rows, {"tea-v1": careful, "tea-v2": chatty}, [right])
    comparison = verspan.compare(results["tea-v1"], results["tea-v2"])
    print(comparison)
    for row in comparison.rows[:2]:
        before, after = row.baseline[0], row.candidate[0]
        print(f"{row.verdict.value}: {before.outputs!r} -> {after.outputs!r}, verspan trace {after.trace_id}")
    print("every row: verspan compare tea-v1 tea-v2 --rows 40")


if __name__ == "__main__":
    main()
