"""Evaluates one commit, in a process of its own: ``python -m verspan.bisecting.child JOB``.

Modules are the commit's, since this process has loaded none of another one. Scorers are the user's: they are loaded
first, from the user's tree, whose modules are then forgotten, and whose places on ``sys.path`` become the checkout's.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from verspan.bisecting.job import Job, dataset_from, read
from verspan.cli.evaluate_loading import load_function, load_scorer
from verspan.context import current_experiment
from verspan.errors import VerspanError
from verspan.evaluation.running import evaluate
from verspan.versions.application import state_name
from verspan.versions.capture.settings import capture_settings
from verspan.versions.capture.taking import captured_code, git_state
from verspan.versions.registry import recorded, store_place

WRONG_CODE = 3
"""The exit code where the function is not the commit's, so that every commit would be evaluated as the same."""


def main(path: Path) -> int:
    """Do a job; what goes wrong is the last line of standard error.

    Returns:
        The exit code.
    """
    _end_with_parent()
    job = read(path)
    try:
        scorers = _scorers(job)
        _enter(job)
        function = load_function(job.function)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a module of the commit may raise anything
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - read by the process that began this
        return 1
    elsewhere = _elsewhere(job)
    if elsewhere is not None:
        print(elsewhere, file=sys.stderr)  # noqa: T201 - likewise
        return WRONG_CODE
    return _evaluate(job, function, scorers)


def _evaluate(job: Job, function: Callable[..., Any], scorers: list[Any]) -> int:
    try:
        evaluate(
            dataset_from(job.dataset),
            function,
            scorers,
            job.model_id or _recorded(job),
            name=job.name,
            trials=job.trials,
            concurrency=job.concurrency,
            timeout_s=job.timeout_s,
            budget_usd=job.budget_usd,
            budget_tokens=job.budget_tokens,
            tags=job.tags,
        )
    except KeyboardInterrupt:  # by the user, or since the parent is gone: what was answered is kept
        return 1
    except VerspanError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - likewise
        return 1
    return 0


def _scorers(job: Job) -> list[Any]:
    """The scorers of the user's tree, whose modules are the commit's again for whoever imports them afterwards."""
    os.chdir(job.home)
    before = set(sys.modules)
    found = [load_scorer(each) for each in job.scorers]
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file is not None and Path(file).resolve().is_relative_to(job.root):
            del sys.modules[name]
    return found


def _enter(job: Job) -> None:
    """Go into the checkout, whose modules come first from now on."""
    os.chdir(Path(job.checkout, job.within))
    sys.path[:] = [_moved(place, job) for place in sys.path]
    sys.path_importer_cache.clear()


def _moved(place: str, job: Job) -> str:
    path = Path(place).resolve()
    if not place or not path.is_relative_to(job.root) or "site-packages" in path.parts:
        return place
    return str(Path(job.checkout) / path.relative_to(job.root))


def _elsewhere(job: Job) -> str | None:
    """Why the function is not the commit's; None where it is."""
    name = job.function.partition(":")[0]
    file = getattr(sys.modules[name], "__file__", None)
    if file is not None and Path(file).resolve().is_relative_to(job.checkout):
        return None
    return (
        f"{name} is imported from {file} and not from the checkout of the commit: --path SUBDIR (in Python path=...) "
        "says in which folder of the repository its modules are"
    )


def _recorded(job: Job) -> str:
    """The id of the commit's version, which is recorded now."""
    checkout = Path(job.checkout)
    code = captured_code(checkout, capture_settings(), store_place())
    name = state_name(checkout, job.description)
    return recorded(current_experiment(), name, None if code is None else git_state(code), code).model_id


def _end_with_parent() -> None:
    """Have this process interrupted once whoever began it is gone: what it asks for may cost money."""

    def wait() -> None:
        with suppress(OSError):
            os.read(sys.stdin.fileno(), 1)  # the parent writes nothing, so it ends when the parent does
        if hasattr(signal, "pthread_kill"):  # which also wakes a thread that waits for a lock
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        else:
            _thread.interrupt_main()

    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell has its background jobs ignore
    threading.Thread(target=wait, name="verspan-bisect-parent", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
