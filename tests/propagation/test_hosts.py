"""Which hosts may be told of the version."""

from __future__ import annotations

import pytest

from verspan.propagation.hosts import OwnHosts

PRIVATE = [
    "localhost",
    "back",
    "Back.LOCAL",
    "back.shop.svc",
    "back.shop.svc.cluster.local.",
    "back.internal",
    "printer.home.arpa",
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.7.8",
    "100.64.0.9",
    "::1",
    "[::1]",
    "fd00::1",
    "::ffff:10.0.0.1",
]
PUBLIC = [
    "api.openai.com",
    "openai.com.",
    "localhost.example.com",
    "internal.example.com",
    "back.shop",
    "8.8.8.8",
    "172.32.0.1",
    "169.254.169.254",  # where a cloud tells its machines of themselves
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
    "134744072",  # 8.8.8.8 in another notation
    "0x8080808",
    "",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_private(host: str) -> None:
    """What is never public is the user's own where nothing is said."""
    assert OwnHosts(("private",)).has_host(host)


@pytest.mark.parametrize("host", PUBLIC)
def test_public(host: str) -> None:
    """What is or may be public is not."""
    assert not OwnHosts(("private",)).has_host(host)


def test_patterns() -> None:
    """Patterns say which hosts are, and nothing else is but what is private where that is among them."""
    own = OwnHosts(("*.Example.com", "10.*"))
    both = OwnHosts(("*.example.com", "private"))
    hosts = ("api.EXAMPLE.com", "example.com", "evil-example.com", "10.0.0.1", "localhost")
    assert [own.has_host(host) for host in hosts] == [True, False, False, True, False]
    assert [both.has_host(host) for host in hosts] == [True, False, False, True, True]


def test_services() -> None:
    """A gRPC service is known by its full name alone: one of a single word is nobody's in particular."""
    own = OwnHosts(("private", "shop.v1.*"))
    services = ("shop.v1.Retrieval", "google.ai.generativelanguage.v1.GenerativeService", "Greeter")
    assert [own.has_service(service) for service in services] == [True, False, False]
