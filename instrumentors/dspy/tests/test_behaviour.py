"""What holds for every call: it is told once, no content where it is off, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from typing import Any

import dspy
import pytest
from opentelemetry.context import attach
from opentelemetry.instrumentation.utils import suppress_instrumentation
from tests.recordings.replay import Mount
from tests.recordings.trees import outline

from verspan import semconv
from verspan.context import ActiveVersion, with_active_version
from verspan.settings import ContentMode
from verspan.testing import CapturedTelemetry, capture_spans
from verspan_dspy import DSPyInstrumentor

from .programs import Clerk, Shop, lose_order, run_in_a_loop
from .test_trees import TREE, run_sync


def test_client_with_an_instrumentor(captured: CapturedTelemetry, mount: Mount) -> None:
    """Where the client below has an instrumentor, the call is its span and there is no second one."""
    options: dict[str, Any] = {"engine": "litellm"} if hasattr(dspy, "lm15") else {}
    lm = dspy.LM("openai/gpt-4o-mini", api_base=mount.url, api_key="demo", cache=False, num_retries=0, **options)
    run_sync(Shop(), lm, question="4711")
    assert outline(captured.spans()) == TREE
    calls = [span for span in captured.spans() if span.name == "chat gpt-4o-mini"]
    assert {span.scope for span in calls} == {"verspan-openai"}
    assert all(semconv.GEN_AI_USAGE_INPUT_TOKENS in span.attributes for span in calls)


def test_answer_out_of_the_cache(alone: CapturedTelemetry, mount: Mount) -> None:
    """Where DSPy answers out of its cache, no model was asked and there is no call."""
    lm = dspy.LM("openai/gpt-4o-mini", api_base=mount.url, api_key="demo", cache=True, num_retries=0)
    for _ in range(2):
        run_sync(dspy.Predict(Clerk), lm, question="cached 4711")
    assert len(mount.received) == 1
    assert [span.name for span in alone.spans()] == [
        "chat gpt-4o-mini",
        "invoke_workflow Clerk",
        "invoke_workflow Clerk",
    ]


@pytest.mark.parametrize("mode", [ContentMode.NO_CONTENT, ContentMode.LOCAL, ContentMode.EVENT_ONLY])
def test_content_off(mode: ContentMode, lm: dspy.LM) -> None:
    """Where content may not be on spans, nothing that was said is, of failures neither."""
    with capture_spans(content=mode) as captured:
        DSPyInstrumentor().instrument(**captured.providers)
        run_sync(Shop(lose_order), lm, question="secret-4711")
        with suppress(Exception):
            run_sync(Shop(), lm, question="break secret-4711")
        DSPyInstrumentor().uninstrument()
        for span in captured.spans():
            told = str((span.name, span.status, span.attributes, span.events))
            assert "4711" not in told
            assert "parcel" not in told
            assert mode is not ContentMode.NO_CONTENT or not span.content
        assert captured.unfinished() == 0


def test_parallel_runs(alone: CapturedTelemetry, lm: dspy.LM) -> None:
    """Runs of two versions in one loop are two trees, each of its own version."""
    versions = [ActiveVersion("m-" + digit * 32, "shop") for digit in "12"]

    async def ask(version: ActiveVersion) -> None:
        attach(with_active_version(version))  # in a task of its own, which ends with it
        with dspy.context(lm=lm):
            await Shop().acall(question=version.model_id)

    async def both() -> None:
        await asyncio.gather(*map(ask, versions))

    run_in_a_loop(both())
    for version in versions:
        own = [span for span in alone.spans() if span.attributes[semconv.LOGGED_MODEL_ID] == version.model_id]
        assert outline(own) == TREE


def test_suppressed(alone: CapturedTelemetry, lm: dspy.LM) -> None:
    """Nothing is told where instrumentation is suppressed."""
    with suppress_instrumentation():
        run_sync(Shop(), lm, question="4711")
    assert alone.spans() == []


def test_off_is_off(alone: CapturedTelemetry, lm: dspy.LM) -> None:
    """Instrumented twice, a run is told once; uninstrumented, not at all, of programs made before neither."""
    program = Shop()
    DSPyInstrumentor().instrument(**alone.providers)
    run_sync(program, lm, question="4711")
    assert outline(alone.spans()) == TREE
    DSPyInstrumentor().uninstrument()
    run_sync(program, lm, question="4711")
    assert len(alone.spans()) == len(TREE)


def test_streaming(alone: CapturedTelemetry, lm: dspy.LM) -> None:
    """A program that is streamed leaves the same tree."""

    async def stream() -> None:
        with dspy.context(lm=lm):
            async for _ in dspy.streamify(Shop())(question="4711"):
                pass

    run_in_a_loop(stream())
    assert [span.name for span in alone.spans() if span.parent is None] == ["invoke_workflow Shop"]
    assert alone.unfinished() == 0


def test_nothing_is_kept(alone: CapturedTelemetry, lm: dspy.LM) -> None:
    """Nothing that was said in a call is kept once it is over."""
    from verspan_dspy._models import _Told

    for _ in range(3):
        run_sync(Shop(), lm, question="4711")
    gc.collect()
    assert [found for found in gc.get_objects() if isinstance(found, _Told) and found.entry] == []
    assert alone.unfinished() == 0
