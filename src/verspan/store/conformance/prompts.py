"""Prompts: versions that never change, and what is said of them."""
# ruff: noqa: S101 - these are tests, kept where packages with stores of their own can import them

from __future__ import annotations

import time
from dataclasses import replace

from verspan.audit.model import AuditQuery
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.prompts.model import Prompt, PromptContent, PromptLink, PromptVariable, PromptVersion
from verspan.prompts.records import PromptQuery
from verspan.store.conformance.records import refused
from verspan.store.interface import Store
from verspan.versions.search.grammar import parse_filter
from verspan.versions.search.ordering import parse_order

TEXT = PromptContent("Answer {{ question }}")
CHAT = PromptContent(
    [
        {"role": "system", "content": "Be {{ style }}. ☃"},
        {"role": "user", "content": [{"type": "text", "text": "{{ a }}"}]},
    ],
    (PromptVariable("a", "array", required=False, default=[1, None]), PromptVariable("style", "string")),
    {"type": "object"},
    {"model_name": "gpt-4o-mini", "temperature": 0.2},
)


def named(store: Store, *names: str) -> None:
    """Register a prompt of each name."""
    for name in names:
        store.prompts.register(name, TEXT)


def names(store: Store, query: PromptQuery) -> list[str]:
    """The names of the prompts that a query finds."""
    return [prompt.name for prompt in store.prompts.find(query)]


def searched(store: Store, filter_string: str, *order_by: str) -> list[str]:
    """The names of the prompts that match a filter, in an order."""
    return names(store, PromptQuery(where=parse_filter(filter_string), order_by=parse_order(order_by)))


class PromptConformance:
    """Of a store's prompts."""

    def test_every_field(self, store: Store) -> None:
        """A version comes back equal in every field, and its prompt knows it."""
        before = time.time_ns() // 1_000_000
        registered = store.prompts.register("support", CHAT, commit_message="Begin", tags={"author": "Ann"})
        assert before <= registered.creation_timestamp <= time.time_ns() // 1_000_000
        assert len(bytes.fromhex(registered.digest)) == 32  # noqa: PLR2004 - SHA-256
        assert registered == PromptVersion(
            "support", 1, CHAT, registered.digest, registered.creation_timestamp, "Begin", {"author": "Ann"}
        )
        assert store.prompts.version("support", 1) == registered
        assert store.prompts.versions("support") == [registered]
        (prompt,) = store.prompts.find(PromptQuery())
        assert prompt == store.prompts.get("support")
        times = registered.creation_timestamp, prompt.last_updated_timestamp
        assert prompt == Prompt("support", 1, *times)

    def test_numbers(self, store: Store) -> None:
        """Each registration has the next number of its name, the same content too, and is kept once by its digest."""
        versions = [store.prompts.register("support", content) for content in (TEXT, CHAT, CHAT)]
        other = store.prompts.register("billing", TEXT)
        assert [version.version for version in versions] == [1, 2, 3]
        assert other.version == 1
        assert versions[1].digest == versions[2].digest != versions[0].digest == other.digest
        assert store.prompts.versions("support") == versions[::-1]
        assert store.prompts.versions("support", 2) == versions[:0:-1]
        assert store.prompts.at_alias("support", "latest") == versions[2]

    def test_unknown(self, store: Store) -> None:
        """What is not there is None, or nothing."""
        named(store, "support")
        assert store.prompts.get("Support") is None
        assert store.prompts.version("support", 2) is None
        assert store.prompts.version("billing", 1) is None
        assert store.prompts.at_alias("support", "production") is None
        assert store.prompts.at_alias("billing", "latest") is None
        assert store.prompts.versions("billing") == []
        assert store.prompts.used_by("m-1") == []
        assert store.prompts.users_of("support", 1) == []

    def test_aliases(self, store: Store) -> None:
        """An alias points at one version at a time, a version may have several, and one that is gone is gone."""
        named(store, "support", "support", "billing")
        assert store.prompts.set_alias("support", "production", 1) is None
        assert store.prompts.set_alias("support", "production", 2) == 1
        assert store.prompts.set_alias("support", "candidate", 2) is None
        aliased = store.prompts.at_alias("support", "production")
        assert aliased is not None
        assert (aliased.version, aliased.aliases) == (2, ("candidate", "production"))
        assert store.prompts.at_alias("billing", "production") is None
        store.prompts.delete_alias("support", "candidate")
        prompt = store.prompts.get("support")
        assert prompt is not None
        assert prompt.aliases == {"production": 2}
        assert [version.aliases for version in store.prompts.versions("support")] == [("production",), ()]

    def test_tags(self, store: Store) -> None:
        """A prompt's tags and those of its versions are apart; the last value of each is kept."""
        named(store, "support", "support")
        store.prompts.set_tag("support", "team", "billing")
        store.prompts.set_tag("support", "team", "care")
        store.prompts.set_tag("support", "team", "ours", version=2)
        store.prompts.set_tag("support", "gone", "soon", version=2)
        store.prompts.delete_tag("support", "gone", version=2)
        prompt = store.prompts.get("support")
        assert prompt is not None
        assert prompt.tags == {"team": "care"}
        assert [version.tags for version in store.prompts.versions("support")] == [{"team": "ours"}, {}]
        store.prompts.delete_tag("support", "team")
        assert [prompt.tags for prompt in store.prompts.find(PromptQuery())] == [{}]

    def test_refused(self, store: Store) -> None:
        """Nothing can be said of what is not there, and the message says what is."""
        named(store, "support")
        prompts = store.prompts
        assert "'billing'" in str(refused(NotFoundError, lambda: prompts.set_alias("billing", "production", 1)))
        assert "its newest is 1" in str(refused(NotFoundError, lambda: prompts.set_alias("support", "production", 2)))
        assert "'production'" in str(refused(NotFoundError, lambda: prompts.delete_alias("support", "production")))
        assert "version 3" in str(refused(NotFoundError, lambda: prompts.set_tag("support", "a", "b", version=3)))
        assert "'team'" in str(refused(NotFoundError, lambda: prompts.delete_tag("support", "team")))
        assert "'team'" in str(refused(NotFoundError, lambda: prompts.delete_tag("support", "team", version=1)))

    def test_find(self, store: Store) -> None:
        """Prompts are found by the beginning of their name, with regard to case, and come by name."""
        named(store, "support-b", "Support", "support-a", "billing")
        assert names(store, PromptQuery()) == ["Support", "billing", "support-a", "support-b"]
        assert names(store, PromptQuery(name_prefix="support")) == ["support-a", "support-b"]
        assert names(store, PromptQuery(limit=1)) == ["Support"]

    def test_search(self, store: Store) -> None:
        """A filter compares names, tags and times, and an order names the same; what lacks a tag comes last."""
        named(store, "a", "b", "c")
        store.prompts.set_tag("a", "team", "x")
        store.prompts.set_tag("b", "team", "y")
        store.prompts.set_tag("c", "team", "x", version=1)
        assert searched(store, "tags.team = 'x'") == ["a"]
        assert searched(store, "NOT tags.team = 'x'") == ["b", "c"]
        assert searched(store, "name IN ('a', 'c') OR tags.team LIKE 'y%'", "name DESC") == ["c", "b", "a"]
        assert searched(store, "creation_timestamp > 0", "tags.team DESC") == ["b", "a", "c"]
        message = str(refused(InvalidArgumentError, lambda: searched(store, "params.x = 'y'")))
        assert message.startswith("prompts have no params.x: they have name,")

    def test_links(self, store: Store) -> None:
        """What has used which version of a prompt is known from both ends, once; no prompt is no link."""
        named(store, "support", "support", "billing")
        used = [PromptLink("m-1", "support", 2), PromptLink("m-1", "billing", 1), PromptLink("m-2", "support", 2)]
        store.prompts.link(used)
        store.prompts.link([*used[:1], PromptLink("m-1", "support", 3), PromptLink("m-1", "no", 1)])
        assert [prompt.uri for prompt in store.prompts.used_by("m-1")] == ["prompts:/billing/1", "prompts:/support/2"]
        assert sorted(store.prompts.users_of("support", 2)) == ["m-1", "m-2"]
        assert store.prompts.users_of("support", 1) == []

    def test_kept(self, store: Store) -> None:
        """A version of another store is kept under its number where that can be, and under one only, however often."""
        given = PromptVersion("support", 3, CHAT, "", 5, "Begin", {"author": "Ann"}, aliases=("production",))
        kept = store.prompts.keep(given)
        assert kept == replace(given, digest=kept.digest, aliases=())
        assert store.prompts.keep(given) == kept
        other = store.prompts.keep(replace(given, content=TEXT))
        assert (other.version, other.content) == (4, TEXT)
        assert store.prompts.keep(replace(given, content=TEXT)) == other
        assert store.prompts.keep(replace(given, version=9)) == replace(kept, version=9)
        assert store.prompts.keep(replace(given, version=1, content=PromptContent("first"))).version == 1
        assert store.prompts.register("support", TEXT).version == 10  # noqa: PLR2004 - the one after those above
        assert [version.version for version in store.prompts.versions("support")] == [10, 9, 4, 3, 1]
        prompt = store.prompts.get("support")
        assert prompt is not None
        assert (prompt.latest_version, prompt.creation_timestamp) == (10, 5)

    def test_audit(self, store: Store) -> None:
        """Every change is in the audit log with what was before; what changes nothing is not."""
        content = store.prompts.register("support", TEXT, commit_message="Begin", tags={"a": "b"})
        store.prompts.register("support", TEXT)
        for _ in range(2):
            store.prompts.keep(content)
            store.prompts.set_alias("support", "production", 1)
            store.prompts.set_tag("support", "team", "x")
            store.prompts.link([PromptLink("m-1", "support", 1)])
        store.prompts.set_alias("support", "production", 2)
        store.prompts.set_tag("support", "team", "y")
        store.prompts.delete_tag("support", "a", version=1)
        store.prompts.delete_alias("support", "production")
        entries = reversed(store.audit.find(AuditQuery(), limit=100))
        noted = [(entry.action, entry.before, entry.after) for entry in entries]
        registered = {"version": 1, "digest": content.digest, "commit_message": "Begin", "tags": {"a": "b"}}
        assert noted == [
            ("prompt.register", None, registered),
            ("prompt.register", None, {**registered, "version": 2, "commit_message": None, "tags": {}}),
            ("alias.move", None, {"production": 1}),
            ("prompt.tag", None, {"tags": {"team": "x"}}),
            ("prompt.link", None, {"prompt": "support", "version": 1}),
            ("alias.move", {"production": 1}, {"production": 2}),
            ("prompt.tag", {"tags": {"team": "x"}}, {"tags": {"team": "y"}}),
            ("prompt.tag", {"version": 1, "tags": {"a": "b"}}, None),
            ("alias.delete", {"production": 2}, None),
        ]
