"""Loading prompts: which version is meant, what is kept of it and for how long, and what is there without a store."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from tests.processes import said

import verspan
from verspan.errors import InvalidArgumentError, NotFoundError, StoreUnavailableError
from verspan.prompts import loading
from verspan.prompts.addresses import PromptAddress
from verspan.prompts.cache import PromptCache
from verspan.prompts.checking import checked_content
from verspan.prompts.model import PromptVersion
from verspan.store.interface import Store


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of what is kept."""
    clock = Clock()
    monkeypatch.setattr(loading, "cache", PromptCache(clock))
    return clock


def template(address: str) -> object:
    """The template of the version that an address leads to."""
    return verspan.load_prompt(address).template


def prompt(name: str, version: int = 1) -> PromptVersion:
    """A version of a prompt."""
    return PromptVersion(name, version, checked_content("text"), "", 0)


def test_addresses() -> None:
    """A version is loaded by its number, by an alias, or by the name alone, which is the newest."""
    for number in range(1, 4):
        verspan.register_prompt("support", f"text {number}")
    verspan.set_prompt_alias("support", "production", 2)
    loaded = [
        verspan.load_prompt("support"),
        verspan.load_prompt("prompts:/support@latest"),
        verspan.load_prompt("support", version="1"),
        verspan.load_prompt("prompts:/support/1"),
        verspan.load_prompt("prompts:/support@production"),
    ]
    assert [version.version for version in loaded] == [3, 3, 1, 1, 2]
    assert [version.template for version in loaded] == [f"text {version.version}" for version in loaded]
    assert loaded[-1].aliases == ("production",)


@pytest.mark.parametrize("address", ["billing", "support/2", "prompts:/support@production"])
def test_missing(address: str) -> None:
    """What is not there is an error that names it and says where to look, or None where that is asked for."""
    verspan.register_prompt("support", "text")
    with pytest.raises(NotFoundError, match=f"there is no prompt prompts:/{address.removeprefix('prompts:/')}"):
        verspan.load_prompt(address)
    assert verspan.load_prompt(address, allow_missing=True) is None


def test_no_store() -> None:
    """Where there is no store, loading says so and makes none; a bad name is said before."""
    with pytest.raises(StoreUnavailableError, match="there is no store"):
        verspan.load_prompt("support")
    for name, model_id in (("../support", None), ("support", "agent-1")):
        with pytest.raises(InvalidArgumentError):
            verspan.load_prompt(name, model_id=model_id)
    assert not Path("store").exists()


def test_kept(store: Store, clock: Clock) -> None:
    """A number is read once for good, an alias and the newest version once a minute."""
    store.prompts.register("support", checked_content("one"))
    store.prompts.set_alias("support", "production", 1)
    addresses = ["support/1", "support@production", "support"]
    assert [template(address) for address in addresses] == ["one"] * 3
    store.prompts.register("support", checked_content("two"))
    store.prompts.set_alias("support", "production", 2)
    clock.now += 59
    assert [template(address) for address in addresses] == ["one"] * 3
    clock.now += 1
    assert [template(address) for address in addresses] == ["one", "two", "two"]
    assert verspan.load_prompt("support/1").tags == {}


def test_age(store: Store, clock: Clock) -> None:
    """How old what is kept may be can be said, and that it may not be used at all."""
    store.prompts.register("support", checked_content("one"))
    assert template("support") == "one"
    store.prompts.register("support", checked_content("two"))
    clock.now += 10
    assert verspan.load_prompt("support", cache_ttl_seconds=11).template == "one"
    assert verspan.load_prompt("support", cache_ttl_seconds=0).template == "two"
    assert template("support") == "two"


def test_changed_here() -> None:
    """What this process changes it reads anew at once."""
    verspan.register_prompt("support", "one")
    assert template("support") == "one"
    verspan.register_prompt("support", "two")
    assert template("support") == "two"
    verspan.set_prompt_alias("support", "production", 1)
    assert template("support@production") == "one"
    verspan.set_prompt_alias("support", "production", 2)
    assert template("support@production") == "two"
    verspan.delete_prompt_alias("support", "production")
    assert verspan.load_prompt("support@production", allow_missing=True) is None
    verspan.set_prompt_version_tag("support", 2, "reviewed", "yes")
    assert verspan.load_prompt("support/2").tags == {"reviewed": "yes"}


def test_other_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read from one store does not stand for another's."""
    verspan.register_prompt("support", "here")
    assert template("support/1") == "here"
    monkeypatch.setenv("VERSPAN_STORE", str(tmp_path / "other.db"))
    verspan.register_prompt("support", "there")
    assert template("support/1") == "there"


def test_offline(store: Store, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without its store a process goes on with what it has read, says so once, and soon has the new again."""
    loading._say_old.cache_clear()
    store.prompts.register("support", checked_content("one"))
    assert template("support") == "one"
    place = tmp_path / "store"
    place.rename(tmp_path / "away")
    clock.now += 1_000
    with caplog.at_level(logging.WARNING):
        assert [template("support") for _ in range(2)] == ["one"] * 2
        clock.now += 1_000
        assert template("support") == "one"
    (record,) = caplog.records
    assert record.getMessage().startswith(
        "The prompt prompts:/support@latest is served as it was read before, since the store cannot be read now. there"
    )
    for address, age in (("support/1", None), ("support", 0)):
        with pytest.raises(StoreUnavailableError):
            verspan.load_prompt(address, cache_ttl_seconds=age)
    (tmp_path / "away").rename(place)
    store.prompts.register("support", checked_content("two"))
    clock.now += 60
    assert template("support") == "two"


def test_bounded() -> None:
    """What is kept does not add up: the oldest goes first, and what is kept again is the newest."""
    cache = PromptCache()
    for number in range(300):
        cache.put("s", PromptAddress("support", number), prompt("support", number))
        cache.put("s", PromptAddress("billing"), prompt("billing"))
    kept = [number for number in range(300) if cache.get("s", PromptAddress("support", number)) is not None]
    assert kept == list(range(45, 300))
    assert cache.get("s", PromptAddress("billing")) == prompt("billing")
    cache.forget("support")
    assert cache.get("s", PromptAddress("support", 299)) is None
    assert cache.get("s", PromptAddress("billing")) == prompt("billing")


def test_light(tmp_path: Path) -> None:
    """A prompt can be formatted, and its use be noted, without SQLAlchemy or the SDK."""
    program = """
        import sys
        from verspan.prompts.model import PromptContent, PromptVersion
        print(PromptVersion("support", 1, PromptContent("Hello {{ name }}"), "", 0).format(name="Ann"))
        print([name for name in ("sqlalchemy", "opentelemetry.sdk", "click", "rich", "orjson") if name in sys.modules])
    """
    assert said(program, tmp_path) == ["Hello Ann", "[]"]
