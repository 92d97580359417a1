"""Telling a webhook, over real HTTP: one that takes it, fails, is slow, redirects, wants patience or is not there."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from verspan.alerts.webhook import SIGNATURE, TIMESTAMP, Webhook, post, signature_of
from verspan.errors import InvalidArgumentError

BODY = b'{"event": "began"}'


@dataclass
class Told:
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers with these codes one after the other, and then with the last of them."""

    address: str = ""
    codes: Sequence[int] = (200,)
    headers: Mapping[str, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)
    """Nothing is answered before it is set."""


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]  # set by the fixture
        body = self.rfile.read(int(self.headers["content-length"]))
        code = receiver.codes[min(len(receiver.told), len(receiver.codes) - 1)]
        receiver.told.append(Told(self.path, dict(self.headers), body))
        if code == 0:
            receiver.silent.wait(10)
            return
        self.send_response(code)
        for name, value in {"content-length": "0", **receiver.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server has
        """Keep quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.receiver = found  # type: ignore[attr-defined]  # what a handler can reach
        found.address = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield found
        found.silent.set()
        server.shutdown()
        thread.join()


def test_signed(receiver: Receiver) -> None:
    """The body arrives as it is, with a signature of it and of the time that the secret alone can make."""
    assert post(Webhook(f"http://{receiver.address}/hook?key=k", "s3cret"), BODY) is None
    (told,) = receiver.told
    assert (told.path, told.body, told.headers["Content-Type"]) == ("/hook?key=k", BODY, "application/json")
    assert told.headers[SIGNATURE] == signature_of("s3cret", int(told.headers[TIMESTAMP]), BODY)
    assert signature_of("key", 1_700_000_000, b"body") == (
        "sha256=47b6ce0fca59474308e2921c247cb2493dce6b8101d90ac05bd0c6a37d0e046e"
    )


def test_unsigned(receiver: Receiver) -> None:
    """Without a secret nothing is signed, and a name in the address is told as HTTP has it."""
    assert post(Webhook(f"http://ann:p%40ss@{receiver.address}/hook"), BODY) is None
    (told,) = receiver.told
    assert SIGNATURE not in told.headers
    assert told.headers["Authorization"] == "Basic YW5uOnBAc3M="


@pytest.mark.parametrize("code", [500, 503, 429])
def test_failing_for_a_while(receiver: Receiver, code: int) -> None:
    """What fails and may yet succeed is tried again, after longer and longer."""
    receiver.codes, waited = (code, code, 200), list[float]()
    assert post(Webhook(f"http://{receiver.address}/"), BODY, waited.append) is None
    assert (waited, len(receiver.told)) == ([1.0, 2.0], 3)


def test_patience(receiver: Receiver) -> None:
    """What asks for patience gets it, up to half a minute."""
    receiver.codes, receiver.headers, waited = (429, 200), {"Retry-After": "7200"}, list[float]()
    assert post(Webhook(f"http://{receiver.address}/"), BODY, waited.append) is None
    assert waited == [30.0]


def test_failing_for_good(receiver: Receiver) -> None:
    """What fails again and again is given up, and told without what may be secret in its address."""
    receiver.codes, waited = (500,), list[float]()
    problem = post(Webhook(f"http://ann:word@{receiver.address}/T0/B0?token=abc"), BODY, waited.append)
    assert problem == f"the webhook at http://{receiver.address} answers 500"
    assert waited == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("code", "reason"), [(404, "answers 404"), (302, "answers 302: give the address that it redirects to")]
)
def test_refused(receiver: Receiver, code: int, reason: str) -> None:
    """What would not help is not tried again, and nothing is told to where a redirect leads."""
    receiver.codes, receiver.headers = (code,), {"Location": f"http://{receiver.address}/elsewhere"}
    waited = list[float]()
    problem = post(Webhook(f"http://{receiver.address}/hook"), BODY, waited.append)
    assert problem == f"the webhook at http://{receiver.address} {reason}"
    assert (waited, [told.path for told in receiver.told]) == ([], ["/hook"])


def test_slow(receiver: Receiver) -> None:
    """One that does not answer in time is one that fails."""
    receiver.codes = (0, 200)
    waited = list[float]()
    assert post(Webhook(f"http://{receiver.address}/", timeout_s=0.2), BODY, waited.append) is None
    assert waited == [1.0]


def test_nobody_there() -> None:
    """An address where nobody listens is told by its host alone."""
    problem = post(Webhook("http://127.0.0.1:1/T0?token=abc"), BODY, lambda _: None)
    assert problem == "the webhook at http://127.0.0.1:1 does not answer (ConnectionRefusedError)"


def test_secrets_are_not_shown() -> None:
    """Neither the address nor the secret is in what a debugger or a traceback prints."""
    assert repr(Webhook("https://example.org/T0?token=abc", "s3cret")) == "Webhook(timeout_s=10.0)"
    with pytest.raises(InvalidArgumentError, match=r"a webhook is an address like https://example.org/hook"):
        Webhook("file:///etc/passwd")
