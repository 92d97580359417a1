"""The public names as an application uses them: never run, only type-checked, strictly and with the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timezone

from typing_extensions import assert_type

import verspan
from verspan.settings import Settings
from verspan.traces.model import Trace, TraceStatus, TraceSummary
from verspan.transfer.model import ExportReport, ImportReport
from verspan.versions.active import ActiveModel
from verspan.versions.model import Experiment


def set_up() -> None:
    assert_type(verspan.configure(), Settings)
    verspan.configure(store="traces.db", exporters=["local", "otlp"], content="NO_CONTENT", metric_dialect="dev")
    verspan.configure(content=verspan.ContentMode.SPAN_ONLY, metric_dialect=verspan.MetricDialect.V1_41)
    verspan.autolog()
    verspan.autolog(disable=True)
    verspan.openai.autolog(disable=False)
    assert_type(verspan.flush(2.5), bool)


def name_versions() -> None:
    experiment = verspan.set_experiment("my-genai-app")
    assert_type(experiment, Experiment)
    assert_type(verspan.set_active_model(name="agent-1a2b3c4d"), ActiveModel)
    with verspan.set_active_model(model_id="m-0123456789abcdef0123456789abcdef") as version:
        assert_type(version.model_id, str)
    with verspan.active_model("concise") as model:
        assert_type(model, verspan.LoggedModel)
    assert_type(verspan.get_active_model_id(), "str | None")
    verspan.clear_active_model()


@verspan.active_model
def under_the_commit(question: str) -> int:
    return len(question)


@verspan.active_model("concise")
async def under_a_name(question: str) -> str:
    return question


@verspan.trace
def plain(question: str, *, limit: int = 3) -> list[str]:
    return [question] * limit


@verspan.trace(name="answer", span_type="CHAIN", attributes={"app.kind": "support"})
async def coroutine(question: str) -> str:
    return question


@verspan.trace(output_reducer="".join)
def generator() -> Iterator[str]:
    yield "token"


@verspan.trace
async def async_generator() -> AsyncIterator[str]:
    yield "token"


async def keeps_signatures() -> None:
    assert_type(under_the_commit("Where is my parcel?"), int)
    assert_type(await under_a_name("Where is my parcel?"), str)
    assert_type(plain("Where is my parcel?", limit=2), list[str])
    assert_type(await coroutine("Where is my parcel?"), str)
    assert_type(generator(), Iterator[str])
    assert_type(async_generator(), AsyncIterator[str])


def make_spans() -> None:
    with verspan.start_span("retrieve", span_type="RETRIEVER", attributes={"app.top_k": 3}) as span:
        assert_type(span, verspan.LiveSpan)
        span.set_inputs({"question": "Where is my parcel?"})
        span.set_outputs(["a page"])
        verspan.update_current_trace(tags={"kind": "test"}, session_id="s-1", user_id="u-1")
    assert_type(verspan.get_current_active_span(), "verspan.LiveSpan | None")
    assert_type(verspan.get_last_active_trace_id(thread_local=True), "str | None")


def read_traces() -> None:
    found = verspan.search_traces(
        model_id=["m-1", "m-2"], status="ERROR", since=datetime(2026, 1, 1, tzinfo=timezone.utc), max_results=10
    )
    assert_type(found, list[TraceSummary])
    try:
        trace = verspan.get_trace(found[0].trace_id)
    except verspan.VerspanError:
        return
    assert_type(trace, Trace)
    assert_type(trace.summary.status, TraceStatus)
    assert_type(trace.summary.cost_usd, "float | None")


def use_prompts(values: dict[str, str]) -> None:
    messages = [{"role": "system", "content": "Be {{ style }}."}]
    variables = [verspan.PromptVariable("style", "string", default="kind")]
    prompt = verspan.register_prompt("support", messages, "Begin", {"team": "care"}, variables=variables)
    assert_type(prompt, verspan.PromptVersion)
    verspan.register_prompt("support", "{{ question }}", response_format=dict, variables={"question": "string"})
    assert_type(verspan.load_prompt("prompts:/support@production"), verspan.PromptVersion)
    assert_type(verspan.load_prompt("support", version=3, allow_missing=True), "verspan.PromptVersion | None")
    answered: str = prompt.format(question="Where?", limit=3, **values)
    assert_type((answered, prompt.variables), "tuple[str, frozenset[str]]")
    verspan.set_prompt_alias("support", "production", prompt.version)
    assert_type(list(verspan.search_prompts("name = 'support'")), list[verspan.Prompt])
    assert_type(verspan.diff_prompts(prompt, "support/1").same, bool)


def move_versions() -> None:
    exported = verspan.export_models("my-genai-app@champion", "agent.verspan")
    assert_type(exported, ExportReport)
    verspan.export_models(["agent-v1", verspan.get_logged_model(exported.path)], "both", on_progress=print)
    assert_type(verspan.import_models("agent.verspan", max_bytes=2**30), ImportReport)
    imported = verspan.import_from_mlflow("sqlite:///mlflow.db", experiment_names=["shop"], on_progress=print)
    assert_type(imported.notes, Sequence[str])
