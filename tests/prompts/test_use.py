"""The use of prompts: who has used one, which span says so, and which call was made from it."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from tests.instrumentation.acme import AcmeAdapter, Client
from tests.instrumentation.conftest import wrapped_client
from tests.processes import said

import verspan
from verspan.instrumentation import guard
from verspan.prompts import requests, use
from verspan.prompts.linking import linker
from verspan.settings import ContentMode
from verspan.store.opening import open_store
from verspan.testing import CapturedTelemetry, capture_spans

QUESTION = {"role": "user", "content": "{{ question }}"}
CHAT = [{"role": "system", "content": "You are a {{ style }} assistant."}, QUESTION]


@pytest.fixture
def captured() -> Iterator[CapturedTelemetry]:
    """Captured spans of the process's own tracer."""
    before = trace._TRACER_PROVIDER
    with capture_spans() as captured:
        trace._TRACER_PROVIDER = captured.provider
        yield captured
        trace._TRACER_PROVIDER = before


@pytest.fixture
def client(captured: CapturedTelemetry) -> Client:
    """A traced client."""
    return wrapped_client(AcmeAdapter(), captured)


def used_by(model_id: str, url: str) -> list[str]:
    """The prompts that a version has used, once everything is noted."""
    assert linker.flush(30)
    with closing(open_store(url)) as store:
        return [prompt.uri for prompt in store.prompts.used_by(model_id)]


def told(captured: CapturedTelemetry) -> list[tuple[str | None, str | None]]:
    """The name and the version of the prompt that each span tells of, once it has ended."""
    attributes = [span.attributes for span in captured.spans()]
    return [(each.get("gen_ai.prompt.name"), each.get("gen_ai.prompt.version")) for each in attributes]


def test_spans(captured: CapturedTelemetry, client: Client) -> None:
    """The span in which a prompt is used and that of the call made from it tell its name and version, and no other."""
    verspan.register_prompt("support", "Answer politely, whatever is asked: {{ question }}")
    model = verspan.set_active_model(name="shop-1")
    with verspan.start_span("answer"):
        client.ask(verspan.load_prompt("support").format(question="Where?"))
    client.ask("something else")
    stamp = {"logged_model.id": model.model_id, "logged_model.name": "shop-1"}
    prompt = {"gen_ai.prompt.name": "support", "gen_ai.prompt.version": "1"}
    call = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "acme",
        "gen_ai.request.model": "acme-1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 1,
        "gen_ai.usage.output_tokens": 3,
    }
    assert [(span.name, span.parent, span.attributes) for span in captured.spans()] == [
        ("chat acme-1", "answer", {**stamp, **call, **prompt}),
        ("answer", None, {**stamp, **prompt}),
        ("chat acme-1", None, {**stamp, **call}),
    ]


def test_links(url: str) -> None:
    """Whoever is active when a prompt is loaded or formatted has used it; others and formats in part have not."""
    for name in ("loaded", "formatted", "neither"):
        verspan.register_prompt(name, "{{ a }}")
    prompts = [verspan.load_prompt(name) for name in ("formatted", "neither")]
    model = verspan.set_active_model(name="shop-1")
    verspan.load_prompt("loaded")
    prompts[0].format(a=1)
    prompts[1].format(allow_partial=True)
    verspan.load_prompt("neither", link_to_model=False)
    verspan.load_prompt("neither", model_id="m-" + "0" * 32)
    with verspan.active_model("shop-2") as block:
        verspan.load_prompt("formatted")
    assert used_by(model.model_id, url) == ["prompts:/formatted/1", "prompts:/loaded/1"]
    assert used_by(block.model_id, url) == ["prompts:/formatted/1"]
    assert used_by("m-" + "0" * 32, url) == ["prompts:/neither/1"]


def test_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A use is written once per process, however often and from however many threads."""
    verspan.register_prompt("support", "text")
    model = verspan.set_active_model(name="shop-1")
    prompt = verspan.load_prompt("support")
    assert linker.flush(30)
    monkeypatch.setattr("verspan.prompts.linking._write", lambda _: pytest.fail("it is written again"))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: prompt.format(), range(100))) == ["text"] * 100
    assert used_by(model.model_id, url) == ["prompts:/support/1"]
    assert [thread.name for thread in threading.enumerate() if thread.name == "verspan-prompts"] == []


def test_store_gone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where a use cannot be written the application goes on, and it is said."""
    verspan.register_prompt("support", "text")
    prompt = verspan.load_prompt("support")
    (tmp_path / "store").rename(tmp_path / "away")
    with caplog.at_level(logging.WARNING, "verspan.prompts"):
        linker.note("m-1", prompt.name, prompt.version)
        assert linker.flush(30)
    assert [record.getMessage().partition(" there is no")[0] for record in caplog.records] == [
        "It is not noted that m-1 has used the prompt support, version 1; its spans tell it all the same."
    ]


def test_never_breaks(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """An error of ours while a use is noted costs the note, and the application has its prompt."""

    def fail(*_arguments: object) -> None:
        raise LookupError("an error of ours")

    verspan.register_prompt("support", "text")
    monkeypatch.delenv("VERSPAN_RAISE_INTERNAL_ERRORS")
    monkeypatch.setattr(guard, "_reported", set())
    monkeypatch.setattr(use, "prompt_attributes", fail)
    monkeypatch.setattr(use, "remember", fail)
    with capture_spans() as captured, captured.provider.get_tracer("t").start_as_current_span("s"):
        assert verspan.load_prompt("support").format() == "text"
    messages = [record.getMessage() for record in caplog.records]
    assert [message.partition(" (")[0] for message in messages] == [
        "Verspan: error while noting that a prompt was loaded",
        "Verspan: error while noting that a prompt was formatted",
    ]


# -- which call was made from a prompt ---------------------------------------------------------------------------------


def test_chat(captured: CapturedTelemetry) -> None:
    """A request is a chat's where it has all of its messages, whatever stands beside and around them."""
    chat = verspan.register_prompt("support", CHAT)
    messages = chat.format(style="kind", question="Where?")
    own = {"gen_ai.prompt.name": "support", "gen_ai.prompt.version": "1"}
    assert requests.attributes_of_request({"messages": [*messages, {"role": "user", "content": "And why?"}]}) == own
    assert requests.attributes_of_request({"system": messages[0]["content"], "input": ["Where?"]}) == own
    assert requests.attributes_of_request({"messages": messages[1:]}) == {}
    assert requests.attributes_of_request({"messages": messages[:1]}) == {}
    assert requests.attributes_of_request({}) == {}


def test_within() -> None:
    """A long text is found within a longer one where it was formatted, a short one as a whole alone."""
    verspan.register_prompt("long", "Answer in the language of the customer.").format()
    verspan.register_prompt("short", "Be brief.").format()
    long = {"gen_ai.prompt.name": "long", "gen_ai.prompt.version": "1"}
    assert requests.attributes_of_request(["Hello. Answer in the language of the customer. Thanks."]) == long
    assert requests.attributes_of_request(["Be brief. Be good."]) == {}
    assert requests.attributes_of_request(["Be brief."]) == {**long, "gen_ai.prompt.name": "short"}
    assert requests.attributes_of_request(["Be brief.", "Answer in the language of the customer."]) == long


def test_elsewhere() -> None:
    """A request that has a whole text is known in any thread and task, one that has more than it where it was made."""
    prompt = verspan.register_prompt("support", "Answer in the language of the customer.")
    text = prompt.format()
    found: list[Any] = []

    def look() -> None:
        found.extend((requests.attributes_of_request([text]), requests.attributes_of_request([text + "!"])))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    own = {"gen_ai.prompt.name": "support", "gen_ai.prompt.version": "1"}
    assert found == [own, {}]

    async def in_tasks() -> list[Any]:
        async def task() -> Any:
            return requests.attributes_of_request([text + "!"])

        return list(await asyncio.gather(task(), task()))

    assert asyncio.run(in_tasks()) == [own, own]


def test_latest_version() -> None:
    """Where two versions come to the same text, the one that was formatted last counts."""
    for _ in range(2):
        verspan.register_prompt("support", "Answer in the language of the customer.")
    for version in (2, 1):
        text = verspan.load_prompt("support", version=version).format()
        assert requests.attributes_of_request([text])["gen_ai.prompt.version"] == str(version)


def test_bounded() -> None:
    """What is remembered does not add up: what was formatted or asked with least recently is forgotten."""
    prompt = verspan.register_prompt("support", "{{ a }}")
    for number in range(300):
        prompt.format(a=f"text {number}")
        assert requests.attributes_of_request(["text 0"]) != {}
    assert len(requests.formatted_prompts) == 256
    assert requests.attributes_of_request(["text 299"]) != {}
    assert requests.attributes_of_request(["text 44"]) == {}
    prompt.format(a="x" * 200_001)
    prompt.format(a="")
    assert len(requests.formatted_prompts) == 256


@pytest.mark.parametrize("content", [ContentMode.LOCAL, ContentMode.NO_CONTENT, ContentMode.SPAN_ONLY])
def test_content_policy(content: ContentMode) -> None:
    """Which prompt a call was made from is told whether or not its content is captured, and in every kind of call."""
    text = verspan.register_prompt("support", "Answer in the language of the customer.").format()
    with capture_spans(content=content) as captured:
        client = wrapped_client(AcmeAdapter(), captured)
        client.ask(text)
        list(client.ask(text, stream=True))
        asyncio.run(client.ask_async(text))
        client.ask("x" * 2_000_000)
        assert told(captured) == [("support", "1")] * 4 + [(None, None)]  # the asynchronous call makes another


def test_unrecorded() -> None:
    """A call whose span is not recorded is not looked into."""
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

    text = verspan.register_prompt("support", "Answer in the language of the customer.").format()
    with capture_spans(sampler=ALWAYS_OFF) as captured:
        assert wrapped_client(AcmeAdapter(), captured).ask(text)["tokens"] == 3
        assert captured.spans() == []


# -- processes ---------------------------------------------------------------------------------------------------------


def test_end_of_process(tmp_path: Path, url: str) -> None:
    """What a process has used as its last act is noted, in a child of a fork and of multiprocessing, too."""
    program = """
        import multiprocessing, os
        import verspan

        def work(name):
            verspan.set_active_model(name=name)
            verspan.load_prompt("support").format()

        if __name__ == "__main__":
            verspan.register_prompt("support", "text")
            work("parent")
            child = os.fork()
            if child == 0:
                work("fork")
                verspan.flush()
                os._exit(0)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            started = multiprocessing.get_context("spawn").Process(target=work, args=("spawn",))
            started.start()
            started.join()
            print(started.exitcode)
            work("last")
    """
    assert said(program, tmp_path, VERSPAN_STORE=os.environ["VERSPAN_STORE"]) == ["0", "0"]
    with closing(open_store(url)) as store:
        users = store.prompts.users_of("support", 1)
        found = [store.get_model(model_id) for model_id in users]
    assert sorted(model.name for model in found if model is not None) == ["fork", "last", "parent", "spawn"]


def test_local_store(tmp_path: Path) -> None:
    """In the local store, where calls' spans are made in a way of their own, they tell their prompt, too."""
    program = """
        import openai, verspan
        from verspan.demo.api_server import DemoApi

        verspan.configure(store="s.db")
        verspan.set_active_model(name="shop-1")
        verspan.openai.autolog()
        prompt = verspan.register_prompt("support", [{"role": "user", "content": "Where is {{ what }}?"}])
        with DemoApi() as api, openai.OpenAI(base_url=api.base_url, api_key="demo", max_retries=0) as client:
            client.chat.completions.create(model="gpt-4o-mini", messages=prompt.format(what="my parcel"))
            client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hello"}])
        for found in reversed(verspan.search_traces()):
            (stored,) = verspan.get_trace(found.trace_id).spans
            print(stored.span.attributes.get("gen_ai.prompt.name"), stored.span.attributes.get("gen_ai.prompt.version"))
    """
    assert said(program, tmp_path) == ["support 1", "None None"]
