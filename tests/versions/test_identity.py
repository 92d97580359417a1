"""Ids that everybody computes alike, and names that can be used."""

from __future__ import annotations

import unicodedata
from itertools import product

import pytest

from verspan.errors import InvalidArgumentError
from verspan.versions.identity import (
    checked_model_id,
    checked_name,
    experiment_id_for,
    is_model_id,
    model_id_for,
    printable,
)


def test_ids_are_stable() -> None:
    """The ids of a version and an experiment are what they have been since the first release."""
    assert (model_id_for("my-genai-app", "customer_support_agent-1a2b3c4d"), experiment_id_for("my-genai-app")) == (
        "m-135bf64e803d244c66f8af8e0e8b9908",
        "e-f1290f327813c4f6a1f8cbba42b9461f",
    )


def test_composed_and_decomposed_names_agree() -> None:
    """A name has one id, whichever of Unicode's forms a machine types it in."""
    forms = [unicodedata.normalize(form, "café-naïve-Å") for form in ("NFC", "NFD")]
    assert forms[0] != forms[1]
    assert len({model_id_for(experiment, name) for experiment, name in product(forms, forms)}) == 1
    assert len({checked_name(form, "version name") for form in forms}) == 1


def test_pairs_never_collide() -> None:
    """No two pairs of experiment and name have one id, wherever a separator or a quote stands in them."""
    parts = ["a", "b", "ab", "a,b", 'a","b', "a/b", "a\\", '"', ",", "[", "a b"]
    pairs = list(product(parts, parts))
    assert len({model_id_for(*pair) for pair in pairs}) == len(pairs)


@pytest.mark.parametrize(
    "name", ["v1.2.0", "release/2026", "it's", "客服-1", "🤖", "a" * 248, "m-1", "$(rm)", "a\u200db"]
)
def test_usable_names(name: str) -> None:
    """Dots, slashes, quotes and any script may be in a name."""
    assert checked_name(f" {name}\n", "version name") == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "the version name is empty"),
        (" \n ", "the version name is empty"),
        (None, "the version name is NoneType and not text"),
        (b"agent", "the version name is bytes and not text"),
        ("x" * 10_000_000, "the version name 'xxxxxxxxxxxxxxxxxxxx'… has 10000000 characters, and 250 is the most"),
        ("a\x1b[2J", "the version name 'a\\x1b[2J' has characters that control a terminal or are no text"),
        ("a\ud800", "the version name 'a\\ud800' has characters that control a terminal or are no text"),
    ],
    ids=["empty", "blank", "none", "bytes", "10 MB", "control", "surrogate"],
)
def test_unusable_names(name: object, message: str) -> None:
    """What cannot be a name is refused in one short sentence."""
    with pytest.raises(InvalidArgumentError) as refused:
        checked_name(name, "version name")
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "text", ["m-" + "0" * 31, "m-" + "0" * 33, "m-" + "A" * 32, "m-" + "0" * 32 + "\n", "", "agent"]
)
def test_no_model_ids(text: str) -> None:
    """A text that has not exactly the form of an id is none."""
    assert not is_model_id(text)
    with pytest.raises(InvalidArgumentError, match="32 hexadecimal digits"):
        checked_model_id(text)


def test_model_id() -> None:
    """What is computed has the form of an id."""
    assert checked_model_id(model_id_for("a", "b")) == model_id_for("a", "b")


def test_printable() -> None:
    """A text is made a usable name by replacing what is not printable, and by cutting it."""
    assert (printable("a\nb\udcff"), len(printable("x" * 300))) == ("a\ufffdb\ufffd", 250)
