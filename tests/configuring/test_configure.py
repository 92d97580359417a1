"""``configure``: what it is told, and what a later call changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run, Say

LOCAL = {"VERSPAN_EXPORTERS": "local"}


def test_twice_is_once(say: Say) -> None:
    """A later call without arguments changes nothing, and gives the settings in force."""
    lines = say("""
        import verspan
        from tea_shop import make, own_provider, trace
        from verspan.runtime import current_runtime

        trace.set_tracer_provider(own_provider())
        settings = verspan.configure(store="a.db")
        runtime = current_runtime()
        verspan.autolog()
        verspan.openai.autolog()
        print(verspan.configure() is settings, current_runtime() is runtime)
    """)
    assert lines == ["True True"]


@pytest.mark.parametrize("when", ["first = verspan.configure", "verspan.autolog()\nfirst = verspan.configure"])
def test_exchanged(say: Say, when: str) -> None:
    """A later call with arguments sends later spans elsewhere, and earlier ones are where they were meant to go."""
    program = f"""
import verspan
from tea_shop import make

{when}
first(store="a.db")
make("one")
verspan.configure(store="b.db")
make("two")
print([trace.name for trace in verspan.search_traces()])
verspan.configure(store="a.db")
print([trace.name for trace in verspan.search_traces()])
"""
    assert say(program, **LOCAL) == ["['two']", "['one']"]


def test_what_is_not_named_stays(say: Say) -> None:
    """What a later call does not name stays as an earlier one had it."""
    (line,) = say("""
        import verspan

        verspan.configure(store="a.db", exporters=["local"])
        settings = verspan.configure(content="NO_CONTENT")
        print(settings.store_url.rpartition("/")[2], settings.exporters, settings.content.value)
    """)
    assert line == "a.db ('local',) NO_CONTENT"


def test_content_policy(say: Say) -> None:
    """Content is captured where a policy and an exporter let it go somewhere, from the first span on."""
    lines = say("""
        import verspan
        from verspan.instrumentation.policy import current_policy

        for arguments in ({"exporters": "none"}, {"exporters": ["local"]}, {"content": "NO_CONTENT"},
                          {"content": "SPAN_ONLY", "exporters": "none"}):
            verspan.configure(**arguments)
            print(current_policy().captures, current_policy().local)
            with verspan.start_span() as span:
                assert span.captures_content is current_policy().captures
    """)
    assert lines == ["False False", "True True", "False True", "True False"]


@pytest.mark.parametrize("both", ["VERSPAN_EXPORTERS=local,otlp", 'exporters=["local", "otlp"]'])
def test_both_at_once(say: Say, both: str) -> None:
    """One setting sends spans to the store and to a collector, as a variable or as an argument."""
    by_variable = both.startswith("VERSPAN_EXPORTERS")
    program = f"""
from collector import Collector
collector = Collector()
import verspan
from tea_shop import make

verspan.configure({"" if by_variable else both})
make("one")
print(verspan.flush(30), collector.names, [trace.name for trace in verspan.search_traces()])
"""
    variables = {"VERSPAN_EXPORTERS": "local,otlp"} if by_variable else {}
    assert say(program, **variables) == ["True ['one'] ['one']"]


def test_endpoint(say: Say) -> None:
    """An endpoint alone sends spans to the collector, and leaves no store behind."""
    lines = say(
        """
        from collector import Collector
        collector = Collector()
        import pathlib, verspan
        from tea_shop import make

        verspan.set_active_model(name="v1")
        verspan.autolog()
        make("one")
        print(verspan.flush(30), collector.names, pathlib.Path(".verspan/verspan.db").exists())
        """,
        VERSPAN_EXPORTERS="",
    )
    assert lines == ["True ['one'] False"]


def test_joined_with_an_endpoint(say: Say) -> None:
    """Where the application has its own provider and an endpoint is set, no second exporter sends its spans."""
    lines = say(
        """
        from collector import Collector
        collector = Collector()
        import verspan
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from tea_shop import make, own_provider, trace

        provider = own_provider()
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        verspan.autolog()
        trace.set_tracer_provider(provider)
        make("one")
        print(verspan.flush(30), collector.names)
        """,
        VERSPAN_EXPORTERS="",
    )
    assert lines == ["True ['one']"]


def test_exchanged_collector(say: Say) -> None:
    """An exporter to a collector is exchanged too, and the one that goes sends what it holds."""
    lines = say(
        """
        from collector import Collector
        first = Collector()
        import verspan
        from tea_shop import make

        verspan.configure(exporters=["otlp"])
        make("one")
        second = Collector()
        verspan.configure(exporters=["otlp"])
        make("two")
        print(verspan.flush(30), first.names, second.names)
        """,
    )
    assert lines == ["True ['one'] ['two']"]


def test_exporter_of_opentelemetry(say: Say) -> None:
    """An exporter that only OpenTelemetry knows serves a provider of ours, as its variable says."""
    lines = say(
        """
        import verspan
        from tea_shop import make

        verspan.autolog()
        make("one")
        """,
        VERSPAN_EXPORTERS="",
        OTEL_TRACES_EXPORTER="console",
    )
    assert sorted(line.strip() for line in lines if line.startswith('    "name"')) == [
        '"name": "logged_model.registered",',
        '"name": "one",',
    ]


def test_unknown_exporter_as_an_argument(say: Say) -> None:
    """An exporter that does not exist is an error where it is an argument, and changes nothing."""
    lines = say("""
        import verspan

        before = verspan.configure(exporters=["local"])
        try:
            verspan.configure(exporters=["local", "nowhere"])
        except ValueError as error:
            print(type(error).__name__, error)
        print(verspan.configure() is before)
    """)
    assert lines[0].startswith(
        "InvalidArgumentError no installed package has an exporter 'nowhere'; there are: console, "
    )
    assert lines[1:] == ["True"]


def test_unknown_exporter_in_the_environment(run: Run) -> None:
    """An exporter that does not exist is one line where the environment names it; the others are used."""
    done = run(
        """
        import verspan
        from tea_shop import make

        verspan.configure()
        make("one")
        verspan.configure(content="NO_CONTENT")
        print([trace.name for trace in verspan.search_traces()])
        """,
        VERSPAN_EXPORTERS="nowhere,local",
    )
    assert (done.code, done.output) == (0, "['one']\n")
    (line,) = done.log.splitlines()
    assert "Spans do not go everywhere they should: no installed package has an exporter 'nowhere'" in line


def test_missing_package(say: Say, tmp_path: Path) -> None:
    """Where the package of the collector's exporter is missing the error has the line that installs it."""
    lines = say("""
        import importlib.metadata, verspan
        from verspan.configuring import exporters

        exporters.entry_points = lambda **named: ()
        try:
            verspan.configure(exporters=["otlp"])
        except ImportError as error:
            print(type(error).__name__, error)
    """)
    assert lines == ["MissingPackageError the exporter 'otlp' is not installed: pip install 'verspan[otlp]'"]
    assert not (tmp_path / ".verspan").exists()


def test_broken_exporter(run: Run, tmp_path: Path) -> None:
    """An exporter's package that fails costs its spans and one line; the application and the others go on."""
    installed = tmp_path / "broken-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (installed / "entry_points.txt").write_text("[verspan_exporter]\nbroken = broken:build\n")
    (tmp_path / "broken.py").write_text("def build(settings):\n    raise RuntimeError('no such luck')\n")
    done = run(
        """
        import verspan
        from tea_shop import make

        verspan.autolog()
        make("one")
        print([trace.name for trace in verspan.search_traces()])
        """,
        VERSPAN_EXPORTERS="broken,local",
    )
    assert (done.code, done.output) == (0, "['one']\n")
    (line,) = done.log.splitlines()
    assert "The exporter 'broken' cannot be set up, so nothing goes there (RuntimeError: no such luck)." in line


def test_broken_processor(run: Run) -> None:
    """An exporter's processor that raises is logged once for each kind of error, and the others get every span."""
    done = run("""
        import verspan
        from tea_shop import make
        from opentelemetry.sdk.trace import SpanProcessor
        from verspan.configuring import setup

        class Broken(SpanProcessor):
            def on_start(self, span, parent_context=None): raise RuntimeError
            def on_end(self, span): raise RuntimeError
            def force_flush(self, timeout_millis=0): raise RuntimeError

        verspan.configure(exporters=["local"])
        make("zero")
        outlet = setup._state.wiring._spans
        outlet._processors = (Broken(), *outlet._processors)
        make("one")
        print(verspan.flush(30), sorted(trace.name for trace in verspan.search_traces()))
    """)
    assert (done.code, done.output) == (0, "False ['one', 'zero']\n")
    (line,) = done.log.splitlines()
    assert "error while handing telemetry to Broken (RuntimeError); the application is not affected" in line


def test_unusable_store(run: Run) -> None:
    """A store that cannot be is one clear line, and the application goes on."""
    done = run(
        """
        import verspan
        from tea_shop import make

        verspan.autolog()
        make("one")
        print("goes on")
        """,
        VERSPAN_STORE="mongodb://host/db",
    )
    assert (done.code, done.output) == (0, "goes on\n")
    lines = [line for line in done.log.splitlines() if "mongodb://host/db" in line]
    assert lines
    assert "Traceback" not in done.log


def test_collector_that_hangs(run: Run) -> None:
    """Waiting for spans to be handed over has an end, and says whether they were."""
    done = run("""
        from collector import Collector
        collector = Collector(silent=True)
        import verspan
        from tea_shop import make

        verspan.autolog()
        make("one")
        print(verspan.flush(0.1))
        collector.answer()
        print(verspan.flush(30), set(collector.names))  # it may also have taken a request that was cut short
    """)
    assert (done.code, done.output) == (0, "False\nTrue {'one'}\n")


def test_metrics_switched_off(run: Run) -> None:
    """Metrics end with the exporter that reads them, and that they do not come back in this process is said."""
    done = run("""
        from collector import Collector
        collector = Collector()
        import verspan
        from tea_shop import make

        verspan.configure(exporters=["otlp"])
        make("one")
        verspan.configure(exporters=["local"])
        make("two")
        verspan.configure(exporters=["otlp", "local"])
        make("three")
        print(verspan.flush(30), collector.names, sorted(trace.name for trace in verspan.search_traces()))
    """)
    assert (done.code, done.output) == (0, "True ['one', 'three'] ['three', 'two']\n")
    (line,) = done.log.splitlines()
    assert "Metrics are not sent: they were switched off before" in line
