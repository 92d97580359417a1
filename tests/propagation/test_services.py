"""Two real services, each in a process of its own, and what the spans of both of them carry."""

from __future__ import annotations

import pytest

from verspan.versions.identity import model_id_for

from .conftest import Made, call, made, service

FRONT, BACK = (model_id_for("shop", name) for name in ("front", "back"))
BY_FRONT = {"logged_model.id": FRONT, "logged_model.name": "front", "session.id": "s-1"}
OF_FRONT = {**BY_FRONT, "user.id": "u-17"}
OF_BACK = {"logged_model.id": BACK, "logged_model.name": "back"}
BAGGAGE = f"logged_model.id={FRONT},logged_model.name=front,session.id=s-1"

WAYS = [("fastapi", "httpx"), ("starlette", "httpx_async"), ("flask", "requests"), ("django", "aiohttp")]


@pytest.mark.parametrize(("kind", "client"), WAYS)
def test_service_with_its_own_version(kind: str, client: str) -> None:
    """It keeps its version on the server's span and those below, which name the caller's and carry its session."""
    with service(kind, OWN_VERSION="back") as (back, port):
        front = call(client, f"http://localhost:{port}/", OWN_VERSION="front", SESSION="s-1")
    (came,) = front.answers
    assert came["baggage"] == BAGGAGE
    stamp = {**OF_BACK, "logged_model.caller.id": FRONT, "session.id": "s-1"}
    name = "GET" if kind == "django" else "GET /"  # Django's has no name for its root
    assert made(front, back) == [
        Made("GET", "CLIENT", "ask", OF_FRONT),
        Made("ask", "INTERNAL", None, OF_FRONT),
        Made("work", "INTERNAL", name, stamp),
        Made(name, "SERVER", "GET", stamp),
    ]


def test_service_without_a_version() -> None:
    """It has its caller's, on the event loop and on a thread of its pool; of a request that tells none its folder's."""
    with service("fastapi") as (back, port):
        address = f"http://localhost:{port}"
        front = call("httpx", f"{address}/", f"{address}/thread", OWN_VERSION="front", SESSION="s-1")
        call("httpx", f"{address}/", OWN_VERSION="front", VERSPAN_PROPAGATE_TO="none")
    stamps = [span.stamp for span in made(back)]
    named = {key: stamps[-1][key] for key in ("logged_model.id", "logged_model.name")}
    assert stamps == [BY_FRONT] * 4 + [named] * 2
    assert named["logged_model.id"] == model_id_for("shop", named["logged_model.name"]) != FRONT
    assert [answer["baggage"] for answer in front.answers] == [BAGGAGE] * 2


def test_version_of_the_environment() -> None:
    """A version that the environment names is the service's own."""
    with service("flask", VERSPAN_ACTIVE_MODEL="back") as (back, port):
        call("requests", f"http://localhost:{port}/", OWN_VERSION="front")
    stamp = {**OF_BACK, "logged_model.caller.id": FRONT}
    assert [span.stamp for span in made(back)] == [stamp, stamp]


@pytest.mark.parametrize("hosts", ["shop.v1.*", "*", "private"])
def test_grpc(hosts: str) -> None:
    """A gRPC service is told where its name, or everything, is the user's own: its host is not to be known."""
    with service("grpc", OWN_VERSION="back") as (back, port):
        front = call("grpc", f"http://localhost:{port}", OWN_VERSION="front", VERSPAN_PROPAGATE_TO=hosts)
    told = hosts != "private"
    stamp = {**OF_BACK, **({"logged_model.caller.id": FRONT} if told else {})}
    name = "/shop.v1.Retrieval/Find"
    assert ("baggage" in front.answers[0]) is told
    assert made(back) == [Made("work", "INTERNAL", name, stamp), Made(name, "SERVER", made(back)[1].parent, stamp)]


def test_untrusting_service() -> None:
    """A service that does not believe its callers has spans as though they had said nothing."""
    with service("fastapi", OWN_VERSION="back", VERSPAN_TRUST_BAGGAGE="false") as (back, port):
        call("httpx", f"http://localhost:{port}/", OWN_VERSION="front", SESSION="s-1")
    assert [span.stamp for span in made(back)] == [OF_BACK, OF_BACK]
