"""A regression, from the first sign of it to the commit that made it: evaluate, compare, gate, bisect.

A support agent is changed eight times in a repository of its own, and gets worse on the way. `verspan evaluate` asks
its first version and its last, `verspan compare` says what differs and has a policy decide, and `verspan bisect` finds
the commit.

Answers come from a local server that speaks as the real API does over HTTP, with texts written for it: no model, no
key, no network, and costs that are those of the models whose names it goes by. The agent, git, the store, the
statistics and every command are real. `make story` runs it, and so does::

    python examples/story/story.py [FOLDER]
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

from history import CHANGES, Repository  # type: ignore[import-not-found]  # it is beside this file

from verspan.demo.api_server import DemoApi
from verspan.demo.recording import Destination

METRIC = "tells_the_fact"
EVALUATED = ("support:answer", "--data", "questions.jsonl", "--scorer", f"scoring:{METRIC}")
REPORT = "report.html"


class Story:
    """Commands, each shown as it would be typed and run as it would be run."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self._folder = folder
        destination = Destination(f"sqlite:///{folder / '.verspan' / 'verspan.db'}", base_url, "demo")
        self._environment = destination.environment(os.environ)

    def say(self, text: str) -> None:
        """Tell what happens next."""
        print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)

    def run(self, *words: str, expected: int = 0) -> None:
        """Run a command of Verspan's, and see that it ends as the story goes."""
        print(f"$ {shlex.join(('verspan', *words))}", flush=True)
        program = Path(sys.executable).with_name("verspan")
        done = subprocess.run(  # noqa: S603 - no shell, and words of this file
            [program, *words], cwd=self._folder, env=self._environment, check=False
        )
        print(f"(exit code {done.returncode})", flush=True)
        if done.returncode != expected:
            sys.exit(f"The story goes otherwise: exit code {done.returncode} instead of {expected}")


def tell(folder: Path) -> None:
    """Tell the story in a folder."""
    started = time.perf_counter()
    repository = Repository(folder)
    print(
        "A local server answers instead of a model, over HTTP and without a key; all else is real. Nothing is paid for:"
    )
    print("what it says that it costs is what the models would have cost whose names it goes by.")
    with DemoApi() as api:
        story = Story(folder, api.base_url)
        first, *others = CHANGES
        good = f"{folder.name}-{repository.commit(first)[:7]}"
        story.say("Monday. The agent answers customers, and is asked 21 questions whose answers are known.")
        story.run("evaluate", *EVALUATED)
        story.say(f"{len(others)} commits later it is asked the same again.")
        bad = f"{folder.name}-{[repository.commit(change) for change in others][-1][:7]}"
        story.run("evaluate", *EVALUATED)
        story.say("Is it better? A policy decides, as it would in CI, and writes a report.")
        policy = "--gate", "policy.toml", "--html", REPORT, "--markdown", "comment.md"
        story.run("compare", good, bad, "--rows", "5", *policy, expected=1)
        story.say("It is not. Which commit made it worse? The two ends are known; what lies between is asked.")
        data = "--data", "questions.jsonl", "--run", "support:answer", "--scorer", f"scoring:{METRIC}"
        story.run("bisect", "--metric", METRIC, "--good", good, "--bad", bad, *data)
    print(f"\nThe report: {folder / REPORT}\nThe repository: {folder}\n{time.perf_counter() - started:.0f} seconds")


def show(report: Path) -> None:
    """Open a report where somebody watches and there is a browser."""
    if sys.stdout.isatty() and not os.environ.get("CI"):
        webbrowser.open(report.as_uri())


if __name__ == "__main__":
    place = Path(sys.argv[1] if len(sys.argv) > 1 else ".verspan/story/support-agent").resolve()
    tell(place)
    show(place / REPORT)
