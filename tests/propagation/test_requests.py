"""Which headers a request has, by each client and to each host; every application in a process of its own."""

from __future__ import annotations

import pytest

from verspan.versions.identity import model_id_for

from .conftest import call

VERSION = f"logged_model.id={model_id_for('shop', 'front')},logged_model.name=front"
SESSION = f"{VERSION},session.id=s-1"


def told(port: int, client: str = "httpx", **variables: str) -> list[str | None]:
    """The baggage that a vendor is sent, and a host of one's own."""
    addresses = (f"http://api.openai.com:{port}/", f"http://localhost:{port}/")
    front = call(client, *addresses, OWN_VERSION="front", **variables)
    assert all("traceparent" in answer for answer in front.answers)
    return [answer.get("baggage") for answer in front.answers]


@pytest.mark.parametrize("client", ["requests", "httpx", "httpx_async", "aiohttp", "urllib3", "urllib", "openai"])
def test_clients(echo: int, client: str) -> None:
    """A vendor is told neither version nor session, and a host of one's own is, where nothing has been set."""
    assert told(echo, client, SESSION="s-1") == [None, SESSION]


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [("*.OpenAI.com", [VERSION, None]), ("*", [VERSION, VERSION]), ("none", [None, None])],
)
def test_hosts(echo: int, hosts: str, expected: list[str | None]) -> None:
    """Hosts that are named are told, and no others."""
    assert told(echo, VERSPAN_PROPAGATE_TO=hosts) == expected


def test_newest_conventions(echo: int) -> None:
    """Hosts are known by the newest HTTP conventions too."""
    assert told(echo, OTEL_SEMCONV_STABILITY_OPT_IN="http") == [None, VERSION]


def test_unsampled(echo: int) -> None:
    """Under a span that is not recorded nobody knows the host, and nothing is told."""
    assert told(echo, OTEL_TRACES_SAMPLER="always_off") == [None, None]


@pytest.mark.parametrize(
    ("names", "expected"), [("tracecontext", [None, None]), ("tracecontext,verspan", [None, VERSION])]
)
def test_propagators(echo: int, names: str, expected: list[str | None]) -> None:
    """``OTEL_PROPAGATORS`` decides which headers there are."""
    assert told(echo, OTEL_PROPAGATORS=names) == expected
