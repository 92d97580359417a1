"""Setting the active version, and what is done with what cannot be used."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verspan.context import ActiveVersion, active_version
from verspan.versions.active import (
    active_model,
    clear_active_model,
    get_active_model_id,
    set_active_model,
    set_experiment,
)
from verspan.versions.identity import experiment_id_for, model_id_for
from verspan.versions.model import Experiment

Git = Callable[..., str]
TEN_MEGABYTES = "x" * 10_000_000


def active_name() -> str | None:
    """The name of the version that is active here."""
    version = active_version()
    return None if version is None else version.name


def test_set_active_model() -> None:
    """A version that is set is the active one, and has the id that its experiment and name give."""
    set_experiment("shop")
    model = set_active_model(name=" agent-1 ")
    assert (model.model_id, model.name, model.experiment_name, model.experiment_id, model.status.value) == (
        model_id_for("shop", "agent-1"),
        "agent-1",
        "shop",
        experiment_id_for("shop"),
        "READY",
    )
    assert active_version() == ActiveVersion(model.model_id, "agent-1")
    assert get_active_model_id() == model.model_id


def test_same_again() -> None:
    """The same version set again is the same record, times included."""
    assert set_active_model(name="agent") == set_active_model(name="agent")


def test_by_id() -> None:
    """A version is active by its id, and has its name where this process knows it."""
    known = set_active_model(name="agent")
    set_active_model(model_id="m-" + "0" * 32)
    stranger = active_version()
    set_active_model(model_id=known.model_id)
    assert [stranger, active_version()] == [ActiveVersion("m-" + "0" * 32), ActiveVersion(known.model_id, "agent")]


def test_name_and_id_that_agree() -> None:
    """A name beside its own id is the version of that name."""
    assert set_active_model(name="agent", model_id=model_id_for("Default", "agent")).name == "agent"


def test_as_a_block() -> None:
    """In a `with` statement the version is active for the block alone, nested as deep as one likes."""
    set_active_model(name="A")
    seen = []
    with set_active_model(name="B") as outer:
        seen += [active_name(), outer.name]
        with set_active_model(name="C"), set_active_model(name="D"):
            seen.append(active_name())
        seen.append(active_name())
    assert [*seen, active_name()] == ["B", "B", "D", "B", "A"]


def test_block_of_a_version_that_was_set() -> None:
    """A version that was set process-wide can be entered later, again and within itself."""
    first, second = set_active_model(name="A"), set_active_model(name="B")
    seen = []
    for _ in range(2):
        with first:
            with first:
                seen.append(active_name())
            seen.append(active_name())
        seen.append(active_name())
    with second:
        pass
    assert [*seen, active_name()] == ["A", "A", "B", "A", "A", "B", None]


def test_exception_in_a_block() -> None:
    """A block that fails is left as any other, and its exception goes on."""
    with pytest.raises(ZeroDivisionError), active_model("A"):
        _ = 1 / 0
    assert active_name() is None


def test_active_model_gives_the_version() -> None:
    """`active_model` gives the version and leaves the process's alone, inside and after."""
    process_wide = set_active_model(name="A")
    with active_model(name="B") as model, active_model(model_id=process_wide.model_id) as same:
        assert (model.name, same.name) == ("B", "A")
    assert active_name() == "A"


def test_experiment_at_entry() -> None:
    """A decorator that runs before the application has set its experiment uses the one of the call."""

    @active_model("agent")
    def answer() -> str | None:
        return get_active_model_id()

    seen = [answer()]
    set_experiment("shop")
    seen += [answer(), answer()]
    assert seen == [model_id_for(experiment, "agent") for experiment in ("Default", "shop", "shop")]


def test_without_parentheses(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decorator without parentheses stands for the directory and commit."""
    monkeypatch.chdir(repository)

    @active_model
    def answer() -> str | None:
        return active_name()

    expected = set_active_model().name
    clear_active_model()
    assert (answer(), expected[:6]) == (expected, "agent-")


def test_clear() -> None:
    """After clearing there is no version, while a block keeps its own."""
    set_active_model(name="A")
    with active_model("B"):
        clear_active_model()
        inside = active_name()
    assert (inside, get_active_model_id()) == ("B", None)


def test_left_in_another_context() -> None:
    """A block that a framework leaves in another task than it entered disturbs neither and logs nothing."""

    async def main() -> list[str | None]:
        block = active_model("A")
        await asyncio.create_task(_call(block.__enter__))
        with active_model("B"):
            await asyncio.create_task(_call(block.__exit__, None, None, None))
            return [active_name()]

    assert asyncio.run(main()) == ["B"]
    assert active_name() is None


async def _call(function: Callable[..., Any], *arguments: object) -> None:
    function(*arguments)


UNUSABLE: list[dict[str, Any]] = [
    {"name": ""},
    {"name": " "},
    {"name": TEN_MEGABYTES},
    {"name": b"agent"},
    {"name": 5},
    {"name": ["agent"]},
    {"name": "a\x00b"},
    {"name": "\ud800"},
    {"model_id": ""},
    {"model_id": "agent"},
    {"model_id": 5},
    {"model_id": TEN_MEGABYTES},
    {"name": "agent", "model_id": "m-" + "0" * 32},
]


@pytest.mark.parametrize("arguments", UNUSABLE, ids=lambda arguments: f"{arguments!r:.40}")
def test_unusable(
    repository: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, arguments: dict[str, Any]
) -> None:
    """What cannot be used costs one short warning that says what is wrong, what is used instead and how to mend it."""
    monkeypatch.chdir(repository)
    automatic = set_active_model()
    clear_active_model()
    assert set_active_model(**arguments) == automatic
    assert get_active_model_id() == automatic.model_id
    with active_model(**arguments) as model:
        assert model.model_id == automatic.model_id
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(lines) == 2
    assert lines[0] == lines[1]
    assert len(lines[0]) < 500
    assert lines[0].startswith("the ")
    assert f"the version {automatic.name} is active instead" in lines[0]
    assert "Give a name of 1 to 250 printable characters, or an id that `verspan models` lists." in lines[0]


def test_unusable_once_per_block(caplog: pytest.LogCaptureFixture) -> None:
    """A decorated function warns of its unusable name at the first call alone."""

    @active_model("")
    def answer() -> None:
        return None

    for _ in range(3):
        answer()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_set_experiment() -> None:
    """An experiment that is set is in force, with the id that its name gives."""
    assert set_experiment(" my-genai-app ") == Experiment(experiment_id_for("my-genai-app"), "my-genai-app")
    assert set_experiment(experiment_id=experiment_id_for("my-genai-app")).name == "my-genai-app"


@pytest.mark.parametrize(
    "arguments",
    [{}, {"experiment_name": ""}, {"experiment_name": TEN_MEGABYTES}, {"experiment_name": 5}, {"experiment_id": "7"}],
    ids=lambda arguments: f"{arguments!r:.40}",
)
def test_unusable_experiment(caplog: pytest.LogCaptureFixture, arguments: dict[str, Any]) -> None:
    """An experiment that cannot be used leaves the one before in force and costs one short warning."""
    shop = set_experiment("shop")
    assert set_experiment(**arguments) == shop
    (line,) = [record.getMessage() for record in caplog.records]
    assert "the experiment stays 'shop'. Give a name" in line
    assert len(line) < 300


def test_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    """Setting a version loads no SDK, and SQLAlchemy in the background alone, where records are kept."""
    script = (
        "import sys, verspan\n"
        "verspan.set_active_model(name='agent')\n"
        "verspan.flush(30)\n"
        "print([name for name in ('opentelemetry.sdk', 'sqlalchemy', 'rich', 'click') if name in sys.modules])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"VERSPAN_EXPORTERS": "otlp"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "[]\n"
