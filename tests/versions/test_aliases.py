"""Aliases as an application sets and reads them."""

from __future__ import annotations

import getpass

import pytest

import verspan
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.versions.model import AliasMove

pytestmark = pytest.mark.usefixtures("recording")


def test_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """An alias is moved, names its version wherever one is named, and tells who moved it from where."""
    verspan.set_experiment("shop")
    one, two = (verspan.create_external_model(name).model_id for name in ("one", "two"))
    verspan.set_logged_model_alias("one", "champion")
    monkeypatch.setenv("VERSPAN_ACTOR", "ann")
    assert verspan.set_logged_model_alias("two", "champion").aliases == ("champion",)
    assert verspan.get_logged_model_by_alias("champion") == verspan.get_logged_model("shop@champion")
    assert verspan.set_logged_model_tags("shop@champion", {"a": "b"}).model_id == two
    moves = verspan.get_logged_model_alias_history("champion")
    assert moves == [
        AliasMove("shop", "champion", one, two, moves[0].timestamp, "ann"),
        AliasMove("shop", "champion", None, one, moves[1].timestamp, getpass.getuser()),
    ]


def test_taken_away() -> None:
    """An alias that is taken away names nothing any more."""
    verspan.create_external_model("one")
    verspan.set_logged_model_alias("one", "champion")
    assert verspan.delete_logged_model_alias("one", "champion").aliases == ()
    with pytest.raises(NotFoundError, match="the experiment 'Default' has no alias 'champion'"):
        verspan.get_logged_model_by_alias("champion")
    with pytest.raises(NotFoundError, match="the version one does not have the alias 'champion'"):
        verspan.delete_logged_model_alias("one", "champion")


def test_name_like_an_alias() -> None:
    """A version whose name has an @ in it is named by it, before any alias."""
    made = verspan.create_external_model("Default@champion")
    verspan.set_logged_model_alias(verspan.create_external_model("one").model_id, "champion")
    assert verspan.get_logged_model("Default@champion").model_id == made.model_id


@pytest.mark.parametrize("alias", ["", "a@b", "a\0b", "x" * 251, 7, None])
def test_refused(alias: object) -> None:
    """What is no name, or has an @ in it, is no alias."""
    verspan.create_external_model("one")
    with pytest.raises(InvalidArgumentError, match=r"^the alias"):
        verspan.set_logged_model_alias("one", alias)  # type: ignore[arg-type] # what is refused
