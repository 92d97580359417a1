"""Every span of the process carries the version, whoever makes it and wherever."""

from __future__ import annotations

import json

from verspan.versions.identity import model_id_for

from .conftest import Run, Say

STAMP = {"logged_model.id": model_id_for("shop", "shop-v1"), "logged_model.name": "shop-v1"}
EARLY = {"early pool", "early thread"}
EVERYWHERE = {"thread", "timer", "pool", "generator", "task 1", "task 2", "callback", "to_thread", "main"}


def test_everywhere(say: Say) -> None:
    """A version of the process reaches threads and pools started before and after, tasks, generators and callbacks."""
    (line,) = say("""
        import verspan
        from tea_shop import EarlyStarters, make_everywhere, own_provider, show, trace

        early = EarlyStarters()
        trace.set_tracer_provider(own_provider())
        verspan.set_experiment("shop")
        verspan.set_active_model(name="shop-v1")
        verspan.autolog()
        early.make_spans()
        make_everywhere()
        show()
    """)
    assert json.loads(line) == dict.fromkeys(EARLY | EVERYWHERE, STAMP)


def test_block(say: Say) -> None:
    """A version of a block reaches what is started inside it, and nothing that was started before."""
    (line,) = say("""
        import verspan
        from tea_shop import EarlyStarters, make, make_everywhere, own_provider, show, trace

        trace.set_tracer_provider(own_provider())
        verspan.set_experiment("shop")
        verspan.clear_active_model()
        early = EarlyStarters()
        verspan.autolog()
        with verspan.active_model("shop-v1"):
            make_everywhere()
        early.make_spans()
        show()
    """)
    assert json.loads(line) == {**dict.fromkeys(EVERYWHERE, STAMP), **{name: {} for name in EARLY}}


def test_tracers_of_any_age(say: Say) -> None:
    """Tracers from before, after and without the application's provider make spans that carry the version."""
    (line,) = say("""
        import verspan
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from tea_shop import make, memory, show, trace

        before = trace.get_tracer("before")
        verspan.set_experiment("shop")
        verspan.autolog()
        verspan.set_active_model(name="shop-v1")
        after = trace.get_tracer("after")
        trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(memory))
        before.start_span("before").end()
        after.start_span("after").end()

        @after.start_as_current_span("decorated")
        def decorated(): ...

        decorated()
        show()
    """)
    assert json.loads(line) == dict.fromkeys(("before", "after", "decorated"), STAMP)


def test_error_of_ours(run: Run) -> None:
    """An error in stamping reaches the log once, and the application never."""
    done = run("""
        import verspan
        from tea_shop import make, own_provider, show, trace
        from verspan import processor

        def fail(context):
            raise RuntimeError("no version to be had")

        processor.surroundings = fail
        trace.set_tracer_provider(own_provider())
        verspan.configure(exporters=["none"])
        make("one")
        make("two")
        show()
    """)
    assert (done.code, json.loads(done.output)) == (0, {"one": {}, "two": {}})
    (line,) = done.log.splitlines()
    assert "error while stamping the version on a span (RuntimeError); the application is not affected" in line


def test_sampler(say: Say) -> None:
    """OpenTelemetry's sampler variable decides what is recorded by a provider of ours."""
    (line,) = say(
        """
        import verspan
        from tea_shop import make, memory, show, trace
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor

        verspan.autolog()
        trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(memory))
        make("one")
        show()
        """,
        OTEL_TRACES_SAMPLER="always_off",
    )
    assert json.loads(line) == {}


def test_sdk_disabled(say: Say) -> None:
    """``OTEL_SDK_DISABLED`` leaves everything off, and spans by hand work on without recording."""
    lines = say(
        """
        import verspan, pathlib, sys
        verspan.set_active_model(name="shop-v1")
        verspan.openai.autolog()
        with verspan.start_span("block") as span:
            span.set_inputs("a question")
            print(verspan.get_current_active_span() is span, span.otel_span.is_recording())
        print(verspan.flush(5), "opentelemetry.sdk" in sys.modules, pathlib.Path(".verspan").exists())
        """,
        OTEL_SDK_DISABLED="true",
        VERSPAN_EXPORTERS="local",
    )
    assert lines == ["True False", "True False False"]


def test_named_when_needed(say: Say) -> None:
    """Where nothing names a version one is named, once, for the first spans of every thread."""
    (line,) = say("""
        import threading, verspan
        from tea_shop import make, own_provider, show, trace
        from verspan.configuring import configure

        verspan.set_experiment("shop")
        configure()
        trace.set_tracer_provider(own_provider())
        start = threading.Barrier(8)
        threads = [threading.Thread(target=lambda i=i: (start.wait(), make(str(i)))) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        show()
    """)
    spans = json.loads(line)
    assert len(spans) == 8
    assert {(span["logged_model.id"], span["logged_model.name"]) for span in spans.values()} == {
        (model_id_for("shop", spans["0"]["logged_model.name"]), spans["0"]["logged_model.name"])
    }
