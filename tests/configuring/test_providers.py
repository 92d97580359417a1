"""Which TracerProvider makes the spans: the application's own whenever it is set, else one of ours."""

from __future__ import annotations

import json

import pytest

from verspan.versions.identity import model_id_for

from .conftest import Run, Say

STAMP = {"logged_model.id": model_id_for("Default", "v1"), "logged_model.name": "v1"}


def test_joined(say: Say) -> None:
    """An application's provider stays the process's, with its own processors and exporters and its own resource."""
    (line,) = say("""
        import verspan
        from tea_shop import make, memory, own_provider, show, trace

        provider = own_provider()
        trace.set_tracer_provider(provider)
        verspan.set_active_model(name="v1")
        verspan.autolog()
        make("one")
        assert trace.get_tracer_provider() is provider
        assert memory.get_finished_spans()[0].resource.attributes == {"service.name": "tea-shop"}
        show()
    """)
    assert json.loads(line) == {"one": STAMP}


def test_set_after_autolog(say: Say) -> None:
    """An application may set its own providers after ``autolog()``: they are the process's, and spans are theirs."""
    (line,) = say("""
        import verspan
        from tea_shop import make, memory, own_provider, show, trace
        from opentelemetry import metrics
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.trace import set_tracer_provider

        verspan.set_active_model(name="v1")
        verspan.autolog()
        early = trace.get_tracer("early")
        provider, meter_provider = own_provider(), MeterProvider()
        set_tracer_provider(provider)
        metrics.set_meter_provider(meter_provider)
        assert trace.get_tracer_provider() is provider
        assert metrics.get_meter_provider() is meter_provider
        make("one")
        early.start_span("early").end()
        with verspan.start_span("by hand"):
            pass
        show()
    """)
    assert json.loads(line) == {"one": STAMP, "early": STAMP, "by hand": STAMP}


def test_set_after_spans(say: Say) -> None:
    """An application's provider that comes after the first spans gets all later ones; none is lost or kept twice."""
    lines = say(
        """
        import verspan
        from tea_shop import make, own_provider, show, trace

        verspan.set_active_model(name="v1")
        verspan.autolog()
        make("before")
        with verspan.start_span("during"):
            trace.set_tracer_provider(own_provider())
            make("after")
        show()
        print(sorted(span.name for trace in verspan.search_traces() for span in
              (stored.span for stored in verspan.get_trace(trace.trace_id).spans)))
        """,
        VERSPAN_EXPORTERS="local",
    )
    assert json.loads(lines[0]) == {"after": STAMP}
    assert lines[1:] == ["['after', 'before', 'during']"]


def test_set_before_any_span_of_ours(say: Say) -> None:
    """Nothing of ours is made for an application whose own provider comes before its first span."""
    lines = say("""
        import sys, verspan

        verspan.openai.autolog()
        print("opentelemetry.sdk" in sys.modules)
        from tea_shop import own_provider, trace
        trace.set_tracer_provider(own_provider())
        from verspan.runtime import current_runtime
        print(current_runtime().joined, len(current_runtime().providers))
    """)
    assert lines == ["False", "True 1"]


def test_set_twice(run: Run) -> None:
    """Once an application has set its provider OpenTelemetry refuses every other, as it does without us."""
    done = run("""
        import verspan
        from tea_shop import own_provider, trace

        verspan.autolog()
        first = own_provider()
        trace.set_tracer_provider(first)
        trace.set_tracer_provider(own_provider())
        print(trace.get_tracer_provider() is first)
    """)
    assert (done.code, done.output) == (0, "True\n")
    assert done.log == "WARNING opentelemetry.trace Overriding of current TracerProvider is not allowed\n"


def test_as_a_provider_of_the_sdk(say: Say) -> None:
    """What stands in for a provider takes processors and has a resource, as one of the SDK does."""
    lines = say("""
        import verspan
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from tea_shop import make, memory, show, trace

        verspan.clear_active_model()
        verspan.autolog()
        provider = trace.get_tracer_provider()
        print(provider.force_flush(), hasattr(provider, "nothing_of_the_kind"))
        provider.add_span_processor(SimpleSpanProcessor(memory))
        make("one")
        print(provider.resource.attributes["telemetry.sdk.name"], provider.force_flush())
        provider.shutdown()
        show()
    """)
    assert lines == ["True False", "opentelemetry True", '{"one": {}}']


def test_provider_of_another_kind(run: Run) -> None:
    """A provider that takes no span processors is left alone, and one line says what is missing and what to do."""
    done = run("""
        import verspan
        from opentelemetry import trace
        from tea_shop import make

        class Foreign(trace.NoOpTracerProvider): ...

        trace.set_tracer_provider(Foreign())
        verspan.autolog()
        make("one")
        print(verspan.flush(1))
    """)
    assert (done.code, done.output) == (0, "True\n")
    (line,) = done.log.splitlines()
    assert "The application's TracerProvider (Foreign) takes no span processors: its spans carry no version" in line


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, "shop"),
        ({"OTEL_SERVICE_NAME": "till"}, "till"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "team=tea,service.name=till"}, "till"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "peer.service.name=till"}, "shop"),
    ],
)
def test_service_name(say: Say, variables: dict[str, str], name: str) -> None:
    """Where we make the provider the experiment names the service, late as it may be set, unless OpenTelemetry does."""
    program = """
        import verspan
        from tea_shop import make, trace

        verspan.autolog()
        verspan.set_experiment("shop")
        make("one")
        print(trace.get_tracer_provider().resource.attributes["service.name"])
    """
    assert say(program, **variables) == [name]


def test_service_without_a_name(say: Say) -> None:
    """Where nothing is named the service is OpenTelemetry's unknown one, and not the default experiment."""
    (line,) = say("""
        import verspan
        from tea_shop import trace

        verspan.autolog()
        print(trace.get_tracer_provider().resource.attributes["service.name"])
    """)
    assert line.startswith("unknown_service")


def test_failing_set_up(run: Run) -> None:
    """An error in setting up for the first span is logged, and the application goes on without spans."""
    done = run(
        """
        import verspan
        from opentelemetry import trace

        verspan.autolog()
        for name in ("one", "two"):
            with trace.get_tracer("app").start_as_current_span(name) as span:
                print(span.is_recording())
        print(verspan.flush(1))
        """,
        OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT="many",
    )
    assert (done.code, done.output) == (0, "False\nFalse\nTrue\n")
    (line,) = done.log.splitlines()
    assert "error while setting up tracing for the first span (ValueError); the application is not affected" in line


def test_forked_child(say: Say) -> None:
    """A child that is forked before or after the first span makes spans of its own."""
    lines = say(
        """
        import os, warnings, verspan
        from tea_shop import make

        warnings.simplefilter("ignore")  # Python's own, of forking beside threads

        verspan.autolog()

        def in_child(name):
            if os.fork() == 0:
                make(name)
                os._exit(0 if verspan.flush(30) else 1)
            assert os.wait()[1] == 0

        in_child("before")
        make("parent")
        in_child("after")
        print(sorted(trace.name for trace in verspan.search_traces()))
        """,
        VERSPAN_EXPORTERS="local",
    )
    assert lines == ["['after', 'before', 'parent']"]
